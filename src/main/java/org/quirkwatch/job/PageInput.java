package org.quirkwatch.job;

import java.io.InputStream;
import java.util.function.IntFunction;

/// A part of a job, read piece by piece as it is needed.
final class PageInput extends InputStream {

    private final IntFunction<byte[]> pages;
    private byte[] page = new byte[0];
    private int position;
    private int next;
    private boolean ended;

    /// @param pages the bytes of each piece, from 0; empty behind the last
    PageInput(IntFunction<byte[]> pages) {
        this.pages = pages;
    }

    @Override
    public int read() {
        return fill() ? page[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int count) {
        if (count == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(count, page.length - position);
        System.arraycopy(page, position, into, from, n);
        position += n;
        return n;
    }

    private boolean fill() {
        while (position == page.length && !ended) {
            page = pages.apply(next++);
            position = 0;
            ended = page.length == 0;
        }
        return !ended;
    }
}
