package org.quirkwatch.verdictlog;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.transaction.TransactionException;

/// What a failure of the database means.
final class Failures {

    // H2: input or output failed, the file is damaged, the database has closed itself.
    private static final Set<Integer> EMBEDDED_IS_BROKEN = Set.of(90028, 90030, 90031, 90098);

    // PostgreSQL's disk_full.
    private static final String DISK_FULL = "53100";

    private Failures() {}

    /// Whether the same may succeed later: the database is away or busy, rather than that what it
    /// was given is wrong.
    static boolean passes(RuntimeException e) {
        return switch (e) {
            case DataIntegrityViolationException ignored -> false;
            case InvalidDataAccessApiUsageException ignored -> false;
            case InvalidDataAccessResourceUsageException ignored -> false;
            case DataAccessException ignored -> true;
            case TransactionException ignored -> true;
            default -> false;
        };
    }

    /// Whether the database's server says that its disk is full.
    static boolean isDiskFull(Throwable e) {
        boolean full = false;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            full |= cause instanceof SQLException sql && DISK_FULL.equals(sql.getSQLState());
        }
        return full;
    }

    /// Whether the embedded database cannot go on: its file cannot be written.
    static boolean isEmbeddedBroken(Throwable e) {
        boolean broken = false;
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            broken |=
                    cause instanceof SQLException sql
                            && EMBEDDED_IS_BROKEN.contains(sql.getErrorCode());
            // H2's own store says so in its own exceptions.
            broken |= cause instanceof IOException && isOfTheStore(e);
        }
        return broken;
    }

    private static boolean isOfTheStore(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getName().startsWith("org.h2.")) {
                return true;
            }
        }
        return false;
    }

    /// What lies beneath a failure, in one line.
    static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
