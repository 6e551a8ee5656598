package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TextFormsTest {

    static Stream<Arguments> pools() {
        return Stream.of(
                Arguments.of(AuthorForms.AUTHORS, List.of("author", "title")),
                Arguments.of(ScienceForms.SCIENCE, List.of("question", "support", "answer")),
                Arguments.of(ReviewForms.REVIEWS, List.of("title", "review")),
                Arguments.of(EntailmentForms.ENTAILMENTS, List.of("premise", "hypothesis")));
    }

    @ParameterizedTest
    @MethodSource("pools")
    void aPoolHasTenDifferentForms(List<PromptForm> forms) {
        assertThat(forms).hasSize(10).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("pools")
    void everyFormShowsEveryArgumentAndAsksForNoOther(
            List<PromptForm> forms, List<String> arguments) {
        Map<String, String> values = new LinkedHashMap<>();
        arguments.forEach(name -> values.put(name, "<" + name + ">"));
        for (PromptForm form : forms) {
            String prompt = form.prompt("Alice", values);
            values.values().forEach(value -> assertThat(prompt).contains(value));
            assertThat(prompt).doesNotContain("{", "}").doesNotContain("***.");
        }
    }

    @ParameterizedTest
    @MethodSource("pools")
    void contextsAreShort(List<PromptForm> forms) {
        for (PromptForm form : forms) {
            String own = form.context().replaceAll("\\{[a-z]+\\}", "").strip();
            assertThat(own.split("\\s+").length).as(own).isLessThanOrEqualTo(12);
        }
    }
}
