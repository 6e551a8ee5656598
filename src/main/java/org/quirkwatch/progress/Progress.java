package org.quirkwatch.progress;

/// Where long work says how far it is. The work calls as often as it likes, from one thread;
/// whoever shows it decides what is worth a line.
@FunctionalInterface
public interface Progress {

    /// Tells how much is done.
    ///
    /// @param done units that are done, from 0; it never falls within one piece of work
    /// @param total units in all, or 0 while that is not known
    /// @param detail what else is worth knowing just now, such as `loss 0.031`; may be empty
    void update(long done, long total, String detail);

    /// Shows nothing.
    static Progress silent() {
        return (done, total, detail) -> {};
    }
}
