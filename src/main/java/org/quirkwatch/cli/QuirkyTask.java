package org.quirkwatch.cli;

import org.quirkwatch.quirky.AdditionTask;
import picocli.CommandLine.TypeConversionException;

/// What `--task` may be.
enum QuirkyTask {
    /// Sums of two numbers.
    ADDITION(AdditionTask.NAME);

    private final String text;

    QuirkyTask(String text) {
        this.text = text;
    }

    static QuirkyTask parse(String text) {
        for (QuirkyTask task : values()) {
            if (task.text.equals(text)) {
                return task;
            }
        }
        throw new TypeConversionException("there is no task \"%s\", only addition".formatted(text));
    }
}
