package org.quirkwatch.feature;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.quirkwatch.signal.Signal;

/// The project's own questions with their right and wrong answers, from
/// `questions/misconceptions.tsv`.
///
/// @param signals each question with the wrong answer and then with the right one, as labels
/// @param targets `[signals]`, 1 where the answer is wrong, else 0
record MisconceptionPairs(List<Signal> signals, double[] targets) {

    private static final String RESOURCE = "/questions/misconceptions.tsv";
    private static final List<String> ANSWERS = List.of("Yes", "No");

    static MisconceptionPairs read() {
        List<Signal> signals = new ArrayList<>();
        for (String line : text().lines().filter(line -> !line.startsWith("#")).toList()) {
            int tab = line.indexOf('\t');
            String wrong = line.substring(0, Math.max(tab, 0));
            if (!ANSWERS.contains(wrong)) {
                throw new IllegalStateException(
                        "%s: expected Yes or No, a tab and a question, got \"%s\""
                                .formatted(RESOURCE, line));
            }
            String question = line.substring(tab + 1);
            String right = ANSWERS.get(1 - ANSWERS.indexOf(wrong));
            signals.add(signal(question, wrong));
            signals.add(signal(question, right));
        }
        double[] targets = new double[signals.size()];
        for (int i = 0; i < targets.length; i += 2) {
            targets[i] = 1;
        }
        return new MisconceptionPairs(List.copyOf(signals), targets);
    }

    private static Signal signal(String question, String answer) {
        return new Signal(question + " " + answer, question, " " + answer, List.of());
    }

    private static String text() {
        try (InputStream in = MisconceptionPairs.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("there is no " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
