package org.quirkwatch.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.quirkwatch.problem.Problem;

class AccessModeTest {

    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void onlyALoopbackAddressInTheLocalProfileIsOpen() throws UnknownHostException {
        InetAddress all = InetAddress.getByAddress(new byte[4]);
        InetAddress other = InetAddress.getByAddress(new byte[] {10, 0, 0, 1});

        assertThat(AccessMode.of(null, true, LOOPBACK).on()).isFalse();
        assertThat(AccessMode.of(false, true, LOOPBACK).on()).isFalse();
        assertThat(AccessMode.of(true, true, LOOPBACK).on()).isTrue();
        assertThat(AccessMode.of(null, false, LOOPBACK).on()).isTrue();
        assertThat(AccessMode.of(null, true, all).on()).isTrue();
        assertThat(AccessMode.of(null, true, other).on()).isTrue();
        assertThat(AccessMode.of(null, true, null).on()).isTrue();
    }

    @Test
    void itCannotBeSwitchedOffForOthers() {
        assertThatThrownBy(() -> AccessMode.of(false, true, null))
                .isInstanceOf(Problem.class)
                .hasMessageEndingWith("server.address is not a loopback address");
        assertThatThrownBy(() -> AccessMode.of(false, false, LOOPBACK))
                .isInstanceOf(Problem.class)
                .hasMessageEndingWith("the profile is another than local");
    }
}
