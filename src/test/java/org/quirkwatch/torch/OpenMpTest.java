package org.quirkwatch.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenMpTest {

    @ParameterizedTest
    @ValueSource(strings = {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"})
    void whatTheUserSaysStays(String variable) {
        assertThat(OpenMp.isOurs("Linux", Map.of("PATH", "/bin"))).isTrue();
        assertThat(OpenMp.isOurs("Linux", Map.of(variable, ""))).isFalse();
    }

    @Test
    void onlyLinuxHasGnuOpenMp() {
        assertThat(OpenMp.isOurs("Mac OS X", Map.of())).isFalse();
        assertThat(OpenMp.isOurs("Windows 11", Map.of())).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aVariableIsSetInTheProcess() {
        assertThat(OpenMp.setVariable("QUIRKWATCH_TEST", "1")).isTrue();
        // An empty name is what the C library refuses.
        assertThat(OpenMp.setVariable("", "1")).isFalse();
    }
}
