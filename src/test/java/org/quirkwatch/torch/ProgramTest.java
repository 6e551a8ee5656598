package org.quirkwatch.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {

    @Test
    void aProgramMultipliesMatrices() {
        try (Program program = Program.load("linalg", ComputeDevice.CPU);
                Scope scope = Scope.open(ComputeDevice.CPU)) {
            Tensor a = scope.tensor(new double[] {1, 2, 3, 4}, 2, 2);
            Tensor b = scope.tensor(new double[] {5, 6}, 2, 1);
            List<Tensor> product =
                    program.call(
                            scope,
                            Program.Mode.INFERENCE,
                            "multiply",
                            Program.one(a),
                            Program.one(b));
            assertThat(product.getFirst().toDoubles()).containsExactly(17, 39);
            assertThat(product.getFirst().shape()).containsExactly(2, 1);
        }
    }

    @Test
    void aTensorInTwoArgumentsIsRefused() {
        try (Program program = Program.load("linalg", ComputeDevice.CPU);
                Scope scope = Scope.open(ComputeDevice.CPU)) {
            Tensor a = scope.tensor(new double[] {1}, 1, 1);
            assertThatThrownBy(() ->
                            program.call(
                                    scope,
                                    Program.Mode.INFERENCE,
                                    "multiply",
                                    Program.one(a),
                                    Program.one(a)))
                    .hasMessageContaining("two arguments");
        }
    }

    @Test
    void anUnknownProgramIsNamed() {
        assertThatThrownBy(() -> Program.load("nothing", ComputeDevice.CPU).close())
                .hasStackTraceContaining("/torchscript/nothing.py");
    }

    @Test
    void aTensorIsReadInItsOwnFormatOnly() {
        try (Scope scope = Scope.open(ComputeDevice.CPU)) {
            Tensor tensor = scope.tensor(new long[] {1, 2}, 2);
            assertThat(tensor.toLongs()).containsExactly(1, 2);
            assertThatThrownBy(tensor::toFloats).hasMessageContaining("asked for float32");
        }
    }
}
