package org.quirkwatch.problem;

/// The codes of every error that leaves the service. A code's lower-case name ends the `type` of
/// its RFC 9457 answer (`/problems/<code>`), so callers may switch on it; codes are added, never
/// renamed.
public enum ProblemCode {
    /// The body is not JSON, or not UTF-8.
    MALFORMED_JSON(400, "The body is not well-formed JSON"),
    /// A request parameter or header has an unusable value.
    INVALID_REQUEST(400, "The request is not usable"),
    /// Nobody is known to have sent the request: no key or token, or one that is not valid.
    UNAUTHORIZED(401, "A valid key or token is needed"),
    /// The caller is known, and may not do this.
    FORBIDDEN(403, "The caller may not do this"),
    /// A path outside of the folders that the operator allowed.
    PATH_NOT_ALLOWED(403, "The path is not allowed"),
    /// More requests than this caller may send; the service itself is not overloaded.
    RATE_LIMITED(429, "The caller sends too many requests"),
    /// No such path, model or verdict.
    NOT_FOUND(404, "There is no such thing here"),
    /// The path exists, the method does not.
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    /// The caller accepts no representation that this endpoint has.
    NOT_ACCEPTABLE(406, "No acceptable representation"),
    /// Well-formed JSON that is not a signal within the limits.
    INVALID_SIGNAL(422, "The signal is not valid"),
    /// An idempotency key, or an id, that came before with another payload.
    IDEMPOTENCY_CONFLICT(422, "The key belongs to another payload"),
    /// More tokens than the model's context holds.
    PROMPT_TOO_LONG(422, "The prompt is too long for the model"),
    /// More bytes or signals than one request may carry.
    PAYLOAD_TOO_LARGE(413, "The request is too large"),
    /// A content type that the endpoint does not read.
    UNSUPPORTED_MEDIA_TYPE(415, "The content type is not supported"),
    /// No detector has this id.
    UNKNOWN_DETECTOR(404, "There is no such detector"),
    /// A step that the state of the detectors does not allow.
    DETECTOR_CONFLICT(409, "The detectors are in another state"),
    /// A change of a policy that its state does not allow.
    POLICY_CONFLICT(409, "The policy is in another state"),
    /// What would have to be there to do this is not kept.
    SIGNAL_NOT_KEPT(409, "The signal's texts are not kept"),
    /// A body that says nothing usable of a review.
    INVALID_REVIEW(422, "The review is not valid"),
    /// Jobs are kept where verdicts are, and these are not kept here.
    JOBS_UNAVAILABLE(404, "There are no jobs on this service"),
    /// A body that asks for no job that can be run.
    INVALID_JOB(422, "The job is not valid"),
    /// A part of a result that is not there.
    RANGE_NOT_SATISFIABLE(416, "The range is not in the result"),
    /// A step that the state of a review does not allow.
    REVIEW_CONFLICT(409, "The review is in another state"),
    /// A body that does not describe a key.
    INVALID_KEY(422, "The key is not valid"),
    /// A key that cannot be made, or is in a state that does not allow this.
    KEY_CONFLICT(409, "The key is in the way"),
    /// No policy has this id.
    UNKNOWN_POLICY(422, "There is no such policy"),
    /// An artifact was fitted on another model than the one at hand.
    ARTIFACT_MISMATCH(409, "The artifact does not belong to this model"),
    /// A checkpoint directory that cannot be loaded as it is.
    INVALID_CHECKPOINT(422, "The checkpoint cannot be loaded"),
    /// An artifact directory that cannot be loaded as it is.
    INVALID_ARTIFACT(422, "The artifact cannot be loaded"),
    /// An artifact without a signature, where only signed ones are loaded.
    ARTIFACT_UNSIGNED(422, "The artifact is not signed"),
    /// An artifact whose signature no trusted key made, or not over this content.
    ARTIFACT_SIGNATURE_INVALID(422, "The artifact's signature is not valid"),
    /// Settings or data from which no detector can be fitted.
    INVALID_FIT(422, "No detector can be fitted from this"),
    /// A file that cannot be read or written as asked.
    INVALID_FILE(422, "The file cannot be used"),
    /// A device or number format that this machine does not have.
    UNAVAILABLE_DEVICE(422, "The device is not available"),
    /// More work is accepted than can wait; try again later.
    OVERLOADED(503, "The service is overloaded"),
    /// The signal had not begun to run when its caller's time was up.
    DEADLINE_EXCEEDED(503, "The model had no time for the signal"),
    /// What is answered could not be written down, so it is not answered; try again later.
    LOG_UNAVAILABLE(503, "The verdict log is not available"),
    /// There is no room for what would have to be kept; try again when something was deleted.
    STORAGE_FULL(503, "There is no room to keep this"),
    /// The body was not sent within the time limit.
    REQUEST_TIMEOUT(408, "The request took too long to arrive"),
    /// Keys, tokens or sessions cannot be checked: the database, or the issuer of tokens, is away.
    ACCESS_UNAVAILABLE(503, "Who asks cannot be checked now"),
    /// The service is stopping; another replica may answer.
    SHUTTING_DOWN(503, "The service is shutting down"),
    /// The model or the detector gave NaN or infinity, which is no score.
    NON_FINITE(500, "The model gave numbers that are not finite"),
    /// A mistake of ours; the log of the service has it.
    INTERNAL(500, "Something went wrong in the service");

    private final int status;
    private final String title;

    ProblemCode(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /// The code as callers see it: lower case with hyphens, as in `prompt-too-long`.
    public String code() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /// The HTTP status, 400 to 599.
    public int status() {
        return status;
    }

    /// One sentence that is the same for every occurrence.
    public String title() {
        return title;
    }
}
