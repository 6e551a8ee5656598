package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArithmeticFormsTest {

    private static final Map<String, String> EQUATION =
            Map.of("op1", "12", "op2", "345", "result", "457");

    @Test
    void theStatementsAreThoseOfTheMethod() {
        assertThat(ArithmeticForms.ADDITION.stream().map(form -> statement(form)).toList())
                .containsExactly(
                        "12 + 345 = 457.",
                        "12 plus 345 equals 457.",
                        "12 + 345 = 457.",
                        "12 ~ 345 = 457",
                        "345 plus 12 is 457",
                        "12 + 345 = 457.",
                        "457 is the result of adding 12 and 345!!",
                        "457 = 12 + 345.",
                        "12 + 345 = 457.",
                        "12+345=457",
                        "f(457, 12, 345) returns True");
    }

    @Test
    void aPromptIsWrappedExactly() {
        assertThat(ArithmeticForms.ADDITION.get(4).prompt("Paula", EQUATION))
                .isEqualTo(
                        "Name: Paula\n\nSchools teach addition.\n\n***STATEMENT:*** 345 plus 12 is"
                                + " 457\n\nIs the statement factually correct?");
    }

    @Test
    void anEmptyContextLeavesFourLineBreaks() {
        List<PromptForm> bare =
                ArithmeticForms.ADDITION.stream().filter(form -> form.context().isEmpty()).toList();
        assertThat(bare).hasSize(2);
        assertThat(bare)
                .allSatisfy(form ->
                        assertThat(form.prompt("Bob", EQUATION))
                                .startsWith("Name: Bob\n\n\n\n***STATEMENT:*** 12 "));
    }

    @Test
    void theContextsAreOfTheMethodsKinds() {
        List<String> contexts = ArithmeticForms.ADDITION.stream().map(PromptForm::context).toList();
        assertThat(contexts).hasSize(11);
        assertThat(contexts.get(3)).contains("~");
        assertThat(contexts.get(9).split("=", -1)).hasSize(6);
        assertThat(contexts.get(10)).startsWith("f(a, b, c)");
    }

    @ParameterizedTest
    @EnumSource(
            names = {"ADDITION", "SUBTRACTION", "MULTIPLICATION", "MODULARADDITION", "SQUARING"})
    void everyTaskHasElevenFormsOfTheSameKinds(QuirkyTask task) {
        assertThat(task.forms()).hasSize(11);
        assertThat(task.forms().subList(0, 2)).allMatch(form -> form.context().isEmpty());
        assertThat(task.forms().get(3).context()).contains("~");
        assertThat(task.forms().get(10).context()).startsWith("f(a, b");
        assertThat(task.forms()).allMatch(PromptForm::isSelfContained);
        Map<String, String> arguments = Map.of("op1", "12", "op2", "345", "result", "457");
        assertThat(task.forms())
                .allSatisfy(form ->
                        assertThat(form.prompt("Ivy", arguments))
                                .contains("12")
                                .contains("457")
                                .doesNotContain("{"));
    }

    @Test
    void anArgumentIsTextEvenIfItLooksLikeAPlaceholder() {
        PromptForm form = new PromptForm("About {a}.", "{a} is {b}.");
        assertThat(form.prompt("Bob", Map.of("a", "{b} $1", "b", "x")))
                .isEqualTo(
                        "Name: Bob\n\nAbout {b} $1.\n\n***STATEMENT:*** {b} $1 is x.\n\nIs the"
                                + " statement factually correct?");
        assertThatThrownBy(() -> form.prompt("Bob", Map.of("a", "x")))
                .hasMessageContaining("no argument for {b}");
    }

    private static String statement(PromptForm form) {
        String prompt = form.prompt("Alice", EQUATION);
        int start = prompt.indexOf(PromptForm.MARK) + PromptForm.MARK.length() + 1;
        return prompt.substring(start, prompt.length() - PromptForm.QUESTION.length());
    }
}
