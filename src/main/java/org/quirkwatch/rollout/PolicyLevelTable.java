package org.quirkwatch.rollout;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;
import org.quirkwatch.verdictlog.Database;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;

/// Applied levels in the database, which replicas share. Thread-safe.
final class PolicyLevelTable {

    private final JdbcOperations jdbc;

    PolicyLevelTable(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// The last levels of a policy.
    ///
    /// @throws Problem `log-unavailable`
    Optional<PolicyLevel> latest(String policy) {
        return list(policy, 1).stream().findFirst();
    }

    /// Levels of a policy, the last first.
    ///
    /// @throws Problem `log-unavailable`
    List<PolicyLevel> list(String policy, int most) {
        return Database.call(() ->
                jdbc.query(
                        "select policy, version, alpha_review, alpha_discard, applied_at, actor, over_version,"
                                + " reason from policy_level where policy = ? order by version desc limit ?",
                        (row, number) ->
                                new PolicyLevel(
                                        row.getString(1),
                                        row.getInt(2),
                                        row.getDouble(3),
                                        row.getDouble(4),
                                        row.getObject(5, OffsetDateTime.class).toInstant(),
                                        row.getString(6),
                                        row.getInt(7),
                                        row.getString(8)),
                        policy,
                        most));
    }

    /// Writes levels down.
    ///
    /// @throws Problem `policy-conflict` where their version is taken, `log-unavailable`
    void append(PolicyLevel level) {
        int _ =
                Database.call(() -> {
                    try {
                        return jdbc.update(
                                "insert into policy_level (policy, version, alpha_review, alpha_discard,"
                                        + " applied_at, actor, over_version, reason)"
                                        + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                                level.policy(),
                                level.version(),
                                level.alphaReview(),
                                level.alphaDiscard(),
                                level.at().atOffset(ZoneOffset.UTC),
                                level.actor(),
                                level.overVersion(),
                                level.reason());
                    } catch (DuplicateKeyException e) {
                        throw new Problem(
                                ProblemCode.POLICY_CONFLICT,
                                "other levels were applied meanwhile: look, then ask again",
                                e);
                    }
                });
    }
}
