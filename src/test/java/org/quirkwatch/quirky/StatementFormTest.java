package org.quirkwatch.quirky;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatementFormTest {

    private static final Equation EQUATION = new Equation(12, 345, 457);

    @Test
    void theStatementsAreThoseOfTheMethod() {
        assertThat(StatementForm.ADDITION.stream().map(form -> statement(form)).toList())
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
        assertThat(StatementForm.ADDITION.get(4).prompt("Paula", EQUATION))
                .isEqualTo(
                        "Name: Paula\n\nSchools teach addition.\n\n***STATEMENT:*** 345 plus 12 is"
                                + " 457\n\nIs the statement factually correct?");
    }

    @Test
    void anEmptyContextLeavesFourLineBreaks() {
        List<StatementForm> bare =
                StatementForm.ADDITION.stream().filter(form -> form.context().isEmpty()).toList();
        assertThat(bare).hasSize(2);
        assertThat(bare)
                .allSatisfy(form ->
                        assertThat(form.prompt("Bob", EQUATION))
                                .startsWith("Name: Bob\n\n\n\n***STATEMENT:*** 12 "));
    }

    @Test
    void theContextsAreOfTheMethodsKinds() {
        List<String> contexts =
                StatementForm.ADDITION.stream().map(StatementForm::context).toList();
        assertThat(contexts).hasSize(11);
        assertThat(contexts.get(3)).contains("~");
        assertThat(contexts.get(9).split("=", -1)).hasSize(6);
        assertThat(contexts.get(10)).startsWith("f(a, b, c)");
    }

    private static String statement(StatementForm form) {
        String prompt = form.prompt("Alice", EQUATION);
        int start = prompt.indexOf(StatementForm.MARK) + StatementForm.MARK.length() + 1;
        return prompt.substring(start, prompt.length() - StatementForm.QUESTION.length());
    }
}
