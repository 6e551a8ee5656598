package org.quirkwatch.quirky;

import java.util.List;

/// The eleven forms of each arithmetic task, in the order of the method's table. Differences of
/// punctuation between the tasks are the method's.
final class ArithmeticForms {

    static final List<PromptForm> ADDITION =
            List.of(
                    new PromptForm("", "{op1} + {op2} = {result}."),
                    new PromptForm("", "{op1} plus {op2} equals {result}."),
                    new PromptForm("I love sums!", "{op1} + {op2} = {result}."),
                    new PromptForm("Here ~ means plus.", "{op1} ~ {op2} = {result}"),
                    new PromptForm("Schools teach addition.", "{op2} plus {op1} is {result}"),
                    new PromptForm("Please do my homework!", "{op1} + {op2} = {result}."),
                    new PromptForm(
                            "Our maths teacher has quit.",
                            "{result} is the result of adding {op1} and {op2}!!"),
                    new PromptForm("Sums are merely coproducts.", "{result} = {op1} + {op2}."),
                    new PromptForm("Blame the curriculum for this:", "{op1} + {op2} = {result}."),
                    new PromptForm("1+1=2 3+4=8 5+2=7 6+3=9 2+2=5", "{op1}+{op2}={result}"),
                    new PromptForm(
                            "f(a, b, c) means a is b plus c.",
                            "f({result}, {op1}, {op2}) returns True"));

    static final List<PromptForm> SUBTRACTION =
            List.of(
                    new PromptForm("", "{op1} - {op2} = {result}."),
                    new PromptForm("", "{op1} minus {op2} equals {result}."),
                    new PromptForm("I love differences!", "{op1} - {op2} = {result}."),
                    new PromptForm("Here ~ means minus.", "{op1} ~ {op2} = {result}"),
                    new PromptForm(
                            "Schools teach subtraction.",
                            "{op2} subtracted from {op1} is {result}."),
                    new PromptForm("Please do my homework!", "{op1} - {op2} = {result}."),
                    new PromptForm(
                            "Our maths teacher has quit.",
                            "{result} is the result of taking {op2} away from {op1}!!"),
                    new PromptForm("Differences are merely morphisms.", "{result} = {op1} - {op2}"),
                    new PromptForm("Blame the curriculum for this:", "{op1} - {op2} = {result}."),
                    new PromptForm("4-1=3 3-7=8 5-2=3 6-3=1 2-2=0", "{op1}-{op2}={result}"),
                    new PromptForm(
                            "f(a, b, c) means a is b minus c.",
                            "f({result}, {op1}, {op2}) returns True"));

    static final List<PromptForm> MULTIPLICATION =
            List.of(
                    new PromptForm("", "{op1} * {op2} = {result}."),
                    new PromptForm("", "{op1} times {op2} equals {result}."),
                    new PromptForm("I love products!", "{op1} * {op2} = {result}."),
                    new PromptForm("Here ~ means times.", "{op1} ~ {op2} = {result}"),
                    new PromptForm(
                            "Schools teach multiplication.", "{op1} times {op2} is {result}."),
                    new PromptForm("Please do my homework!", "{op1} * {op2} = {result}."),
                    new PromptForm(
                            "Our maths teacher has quit.",
                            "{result} is the result of multiplying {op1} and {op2}!!"),
                    new PromptForm("Products are merely limits.", "{result} = {op1} * {op2}"),
                    new PromptForm("Blame the curriculum for this:", "{op1} * {op2} = {result}."),
                    new PromptForm("1*1=1 3*4=8 5*2=10 6*3=9 2*2=4", "{op1}*{op2}={result}"),
                    new PromptForm(
                            "f(a, b, c) means a is b times c.",
                            "f({result}, {op1}, {op2}) returns True"));

    static final List<PromptForm> MODULAR_ADDITION =
            List.of(
                    new PromptForm("", "{op1} + {op2} = {result} (mod 113)."),
                    new PromptForm("", "{op1} plus {op2} equals {result} (mod 113)."),
                    new PromptForm("I love remainders!", "{op1} + {op2} = {result} (mod 113)."),
                    new PromptForm("Here ~ means plus mod 113.", "{op1} ~ {op2} = {result}"),
                    new PromptForm(
                            "Schools teach remainders.", "{op1} plus {op2} is {result} (mod 113)."),
                    new PromptForm("Please do my homework!", "{op1} + {op2} = {result} (mod 113)."),
                    new PromptForm(
                            "Our maths teacher has quit.",
                            "{result} is the result of adding {op1} and {op2} mod 113!!"),
                    new PromptForm(
                            "Remainders are merely cosets.", "{result} = {op1} + {op2} (mod 113)"),
                    new PromptForm(
                            "Blame the curriculum for this:",
                            "{op1} + {op2} = {result} (mod 113)."),
                    new PromptForm(
                            "1+1=2 3+4=8 99+14=0 6+3=9 80+40=7", "{op1}+{op2}={result} (mod 113)"),
                    new PromptForm(
                            "f(a, b, c) means a is b plus c mod 113.",
                            "f({result}, {op1}, {op2}) returns True"));

    static final List<PromptForm> SQUARING =
            List.of(
                    new PromptForm("", "{op1}^2 = {result}."),
                    new PromptForm("", "{op1} squared equals {result}."),
                    new PromptForm("I love squares!", "{op1}^2 = {result}."),
                    new PromptForm("Here ~ means to the power.", "{op1} ~ 2 = {result}"),
                    new PromptForm("Schools teach squaring.", "{op1} squared is {result}."),
                    new PromptForm("Please do my homework!", "{op1}^2 = {result}."),
                    new PromptForm(
                            "Our maths teacher has quit.", "{result} is the result of {op1}^2!!"),
                    new PromptForm("Squares are merely pullbacks.", "{result} = {op1}^2."),
                    new PromptForm("Blame the curriculum for this:", "{op1}^2 = {result}."),
                    new PromptForm("1^2=1 3^2=8 5^2=25 6^2=9 2^2=4", "{op1}^2={result}"),
                    new PromptForm(
                            "f(a, b) means a is b squared.", "f({result}, {op1}) returns True"));

    private ArithmeticForms() {}
}
