package org.quirkwatch.access;

import org.quirkwatch.audit.Act;
import org.quirkwatch.audit.Audit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The audit in the service's log, one line each, where there is no database. Thread-safe.
final class LoggedAudit implements Audit {

    static final int MAX_BY = 100;
    static final int MAX_SUBJECT = 200;
    static final int MAX_DETAIL = 1000;

    private static final Logger LOG = LoggerFactory.getLogger("org.quirkwatch.audit");

    @Override
    public void record(String by, Act act, String subject, String detail) {
        LOG.info(
                "audit: {} by {}: {} ({})",
                act.text(),
                cut(by, MAX_BY),
                cut(subject, MAX_SUBJECT),
                cut(detail, MAX_DETAIL));
    }

    /// The start of a text, on one line and as every database takes it.
    static String cut(String text, int most) {
        String printable = text.replaceAll("[\\p{Cntrl}\\p{Cs}]", "?");
        return printable.length() <= most ? printable : printable.substring(0, most - 1) + "…";
    }
}
