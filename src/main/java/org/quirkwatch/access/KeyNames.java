package org.quirkwatch.access;

import java.util.regex.Pattern;

/// What keys may be called. A name stands in logs, in reviews and beside jobs; it has no colon, so
/// that no token's subject (`token:…`) is taken for a key's name.
final class KeyNames {

    /// Letters, digits and `._@-`, at most 90.
    static final String PATTERN = "[\\p{L}\\p{N}][\\p{L}\\p{N}._@-]{0,89}";

    private static final Pattern NAME = Pattern.compile(PATTERN);

    private KeyNames() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }
}
