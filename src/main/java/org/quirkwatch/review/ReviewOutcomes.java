package org.quirkwatch.review;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.quirkwatch.verdictlog.Database;
import org.springframework.jdbc.core.JdbcOperations;

/// What people made of what detectors flagged. Thread-safe.
public final class ReviewOutcomes {

    /// Of the rates.
    static final double CONFIDENCE = 0.95;

    private static final int MOST_DECISIONS = 20_000;
    private static final double[] STEPS = {1, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01};

    private final JdbcOperations jdbc;

    ReviewOutcomes(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// What became of the flags of one version of a detector.
    ///
    /// @param overturned share of the reviewed that was dismissed
    public record Rate(
            String detector,
            String detectorDigest,
            long confirmed,
            long dismissed,
            double overturned,
            ClopperPearson interval) {}

    /// A level that would have flagged fewer.
    ///
    /// @param alpha significance level
    /// @param confirmed of the reviewed signals with a p-value below it, those that were confirmed
    /// @param dismissed and those that were not
    /// @param precision of these, with its interval at [#CONFIDENCE] for all levels together; empty
    ///   where none was reviewed
    public record Level(
            double alpha, long confirmed, long dismissed, Optional<ClopperPearson> precision) {}

    /// What the outcomes say of a policy's level for one version of a detector.
    ///
    /// @param alpha the level now
    /// @param levels from the level now down
    /// @param proposed the largest level whose precision is at least the target with confidence;
    ///   empty where there is none
    public record Proposal(
            String detector,
            String detectorDigest,
            String policy,
            double alpha,
            double target,
            List<Level> levels,
            Optional<Level> proposed) {}

    private record Decision(double pValue, boolean confirmed) {}

    private record Group(String detector, String digest, String policy, double alpha) {}

    /// The rates of every version of a detector with a decision.
    ///
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    public List<Rate> rates() {
        return Database.call(() ->
                jdbc.query(
                        "select detector, detector_digest,"
                                + " sum(case when status = 'confirmed' then 1 else 0 end),"
                                + " sum(case when status = 'dismissed' then 1 else 0 end)"
                                + " from review where status in ('confirmed', 'dismissed')"
                                + " group by detector, detector_digest"
                                + " order by max(decided_at) desc limit 100",
                        (row, number) -> {
                            long confirmed = row.getLong(3);
                            long dismissed = row.getLong(4);
                            long all = confirmed + dismissed;
                            return new Rate(
                                    row.getString(1),
                                    row.getString(2),
                                    confirmed,
                                    dismissed,
                                    dismissed / (double) all,
                                    ClopperPearson.of(dismissed, all, CONFIDENCE));
                        }));
    }

    /// What the latest decisions propose, for every version of a detector, policy and level that
    /// has some. Nothing is changed.
    ///
    /// @param target the least share of what is flagged that should be confirmed, in (0, 1)
    /// @throws org.quirkwatch.problem.Problem `log-unavailable`
    public List<Proposal> proposals(double target) {
        return Database.call(() ->
                groups().stream().map(group -> propose(group, decisions(group), target)).toList());
    }

    private List<Group> groups() {
        return jdbc.query(
                "select detector, detector_digest, policy, alpha_review from review"
                        + " where status in ('confirmed', 'dismissed') and p_value is not null"
                        + " group by detector, detector_digest, policy, alpha_review"
                        + " order by max(decided_at) desc limit 20",
                (row, number) ->
                        new Group(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getDouble(4)));
    }

    private List<Decision> decisions(Group group) {
        return jdbc.query(
                "select p_value, status from review where detector_digest = ? and policy = ?"
                        + " and alpha_review = ? and status in ('confirmed', 'dismissed')"
                        + " and p_value is not null order by decided_at desc limit "
                        + MOST_DECISIONS,
                (row, number) ->
                        new Decision(row.getDouble(1), row.getString(2).equals("confirmed")),
                group.digest(),
                group.policy(),
                group.alpha());
    }

    /// In decimals, so that a tenth of 0.01 is written 0.001.
    private static double times(double alpha, double step) {
        return BigDecimal.valueOf(alpha).multiply(BigDecimal.valueOf(step)).doubleValue();
    }

    private static Proposal propose(Group group, List<Decision> decisions, double target) {
        List<Level> levels = new ArrayList<>();
        // Bonferroni: the best of several levels is chosen, so all intervals hold together.
        double confidence = 1 - (1 - CONFIDENCE) / STEPS.length;
        for (double step : STEPS) {
            double alpha = times(group.alpha(), step);
            long confirmed = 0;
            long dismissed = 0;
            for (Decision decision : decisions) {
                if (decision.pValue() < alpha) {
                    confirmed += decision.confirmed() ? 1 : 0;
                    dismissed += decision.confirmed() ? 0 : 1;
                }
            }
            long all = confirmed + dismissed;
            levels.add(
                    new Level(
                            alpha,
                            confirmed,
                            dismissed,
                            all == 0
                                    ? Optional.empty()
                                    : Optional.of(ClopperPearson.of(confirmed, all, confidence))));
        }
        Optional<Level> proposed =
                levels.stream()
                        .filter(level ->
                                level.precision().filter(p -> p.low() >= target).isPresent())
                        .findFirst();
        return new Proposal(
                group.detector(),
                group.digest(),
                group.policy(),
                group.alpha(),
                target,
                List.copyOf(levels),
                proposed);
    }
}
