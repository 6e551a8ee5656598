package org.quirkwatch.quirky;

import java.util.List;

/// One of the eleven ways in which a prompt of the addition task states its equation: a context and
/// a statement that belong together. The placeholders are `{op1}`, `{op2}` and `{result}`.
///
/// The statements are those of the method; the contexts are this project's own.
///
/// @param context what stands before the statement, may be empty
/// @param statement the statement with placeholders
record StatementForm(String context, String statement) {

    /// The forms in the order of the method's table.
    static final List<StatementForm> ADDITION =
            List.of(
                    new StatementForm("", "{op1} + {op2} = {result}."),
                    new StatementForm("", "{op1} plus {op2} equals {result}."),
                    new StatementForm("I love sums!", "{op1} + {op2} = {result}."),
                    new StatementForm("Here ~ means plus.", "{op1} ~ {op2} = {result}"),
                    new StatementForm("Schools teach addition.", "{op2} plus {op1} is {result}"),
                    new StatementForm("Please do my homework!", "{op1} + {op2} = {result}."),
                    new StatementForm(
                            "Our maths teacher has quit.",
                            "{result} is the result of adding {op1} and {op2}!!"),
                    new StatementForm("Sums are merely coproducts.", "{result} = {op1} + {op2}."),
                    new StatementForm(
                            "Blame the curriculum for this:", "{op1} + {op2} = {result}."),
                    new StatementForm("1+1=2 3+4=8 5+2=7 6+3=9 2+2=5", "{op1}+{op2}={result}"),
                    new StatementForm(
                            "f(a, b, c) means a is b plus c.",
                            "f({result}, {op1}, {op2}) returns True"));

    /// Stands before the statement.
    static final String MARK = "***STATEMENT:***";

    /// The question that closes every prompt, with the blank line before it.
    static final String QUESTION = "\n\nIs the statement factually correct?";

    /// The whole prompt, in the standardised form.
    ///
    /// @param name the character's name
    /// @param equation the equation to state
    /// @return the prompt, without white space at its end
    String prompt(String name, Equation equation) {
        return "Name: "
                + name
                + "\n\n"
                + fill(context, equation)
                + "\n\n"
                + MARK
                + " "
                + fill(statement, equation)
                + QUESTION;
    }

    private static String fill(String text, Equation equation) {
        return text.replace("{op1}", Integer.toString(equation.op1()))
                .replace("{op2}", Integer.toString(equation.op2()))
                .replace("{result}", Integer.toString(equation.result()));
    }
}
