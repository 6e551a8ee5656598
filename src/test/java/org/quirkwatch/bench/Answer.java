package org.quirkwatch.bench;

/// A whole answer of the service.
///
/// @param head its status and what matters of its headers
/// @param body its bytes, without the framing of chunks
record Answer(Head head, byte[] body) {

    /// What stands before the body.
    ///
    /// @param contentLength -1 where none is given
    /// @param retryAfter whether there is a `Retry-After`
    /// @param closes whether the connection ends with this answer
    record Head(
            int status, long contentLength, boolean chunked, boolean retryAfter, boolean closes) {

        boolean isRefusal() {
            return status == 503 && retryAfter;
        }
    }

    int status() {
        return head.status();
    }

    /// How often a text of ASCII stands in the body.
    int count(byte[] text) {
        int count = 0;
        int at = indexOf(body, 0, body.length, text);
        while (at >= 0) {
            count++;
            at = indexOf(body, at + text.length, body.length, text);
        }
        return count;
    }

    boolean contains(byte[] text) {
        return indexOf(body, 0, body.length, text) >= 0;
    }

    /// Where a text starts within `[from, to)` of some bytes, or -1.
    static int indexOf(byte[] bytes, int from, int to, byte[] text) {
        for (int at = from; at <= to - text.length; at++) {
            int i = 0;
            while (i < text.length && bytes[at + i] == text[i]) {
                i++;
            }
            if (i == text.length) {
                return at;
            }
        }
        return -1;
    }
}
