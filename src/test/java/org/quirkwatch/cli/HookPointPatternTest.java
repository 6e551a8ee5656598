package org.quirkwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quirkwatch.model.HookPoint;
import org.quirkwatch.problem.Problem;

class HookPointPatternTest {

    @Test
    void namesStandForThemselvesInTheirOrder() {
        assertThat(resolve(3, "blocks.2.attn.hook_z", "blocks.0.hook_resid_pre"))
                .containsExactly("blocks.2.attn.hook_z", "blocks.0.hook_resid_pre");
    }

    @Test
    void aStarStandsForAnyCharactersAndNothingComesTwice() {
        assertThat(resolve(12, "blocks.1.hook_resid_mid", "blocks.1*.hook_resid_mid"))
                .containsExactly(
                        "blocks.1.hook_resid_mid",
                        "blocks.10.hook_resid_mid",
                        "blocks.11.hook_resid_mid");
        assertThat(resolve(2, "all")).hasSize(14).startsWith("blocks.0.hook_resid_pre");
    }

    @Test
    void aPatternThatMeansNothingIsRefused() {
        for (String nothing : List.of("blocks.2.hook_resid_pre", "blocks.*.nowhere", "", "*.[")) {
            assertThatThrownBy(() -> resolve(2, nothing))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("\"" + nothing + "\"");
        }
    }

    private static List<String> resolve(int nLayers, String... patterns) {
        return HookPointPattern.resolve(
                        Stream.of(patterns).map(HookPointPattern::parse).toList(), nLayers)
                .stream()
                .map(HookPoint::toString)
                .toList();
    }
}
