package org.quirkwatch.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.quirkwatch.problem.Problem;

/// What one reading of a weight file, on all processors, tells: its digest, and whether all its
/// weights are finite.
///
/// The digest is a tree of depth one over SHA-256 (FIPS 180-4), so that chunks can be hashed in
/// parallel. With the file cut into chunks c_1 … c_n of 4 MiB (the last may be shorter) and L its
/// length in bytes,
///
/// digest = SHA-256("quirkwatch-file-v1" ‖ L ‖ SHA-256(c_1) ‖ … ‖ SHA-256(c_n)),
///
/// L as eight bytes, big-endian. Two different files of one digest would be a collision of SHA-256,
/// in the outer hash or in that of a chunk.
///
/// @param digest 32 bytes
/// @param nonFinite what is wrong with the first weight that is not finite; empty where all are
record ContentScan(byte[] digest, Optional<String> nonFinite) {

    private static final int CHUNK_BYTES = 4 << 20;
    private static final int MAX_THREADS = 32;
    private static final byte[] PREFIX = "quirkwatch-file-v1".getBytes(StandardCharsets.US_ASCII);

    /// Reads a file from its first byte to its last. SHA-256 takes most of the time: some four
    /// fifths even where the processor has instructions for it.
    ///
    /// @throws Problem `invalid-checkpoint` where it cannot be read or became shorter
    static ContentScan of(SafetensorsFile file) {
        byte[][] digests = new byte[chunks(file)][];
        Optional<String> nonFinite = read(file, Optional.of(digests));
        MessageDigest digest = Digests.sha256();
        digest.update(PREFIX);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(file.size()).flip());
        for (byte[] chunk : digests) {
            digest.update(chunk);
        }
        return new ContentScan(digest.digest(), nonFinite);
    }

    /// What is wrong with the first weight that is not finite, without a digest: about as fast as
    /// the file can be read.
    ///
    /// @throws Problem `invalid-checkpoint` where it cannot be read or became shorter
    static Optional<String> nonFinite(SafetensorsFile file) {
        return read(file, Optional.empty());
    }

    private static int chunks(SafetensorsFile file) {
        return Math.toIntExact((file.size() + CHUNK_BYTES - 1) / CHUNK_BYTES);
    }

    /// @param digests takes the digest of each chunk, where they are wanted
    private static Optional<String> read(SafetensorsFile file, Optional<byte[][]> digests) {
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
        int threads = Math.max(1, Math.min(processors, chunks(file)));
        AtomicInteger next = new AtomicInteger();
        List<NonFinite> found = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
                ExecutorService executor =
                        Executors.newFixedThreadPool(
                                threads,
                                Thread.ofPlatform().name("weights-", 0).daemon().factory())) {
            List<Callable<Void>> readers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                NonFinite nonFinite = new NonFinite(file);
                found.add(nonFinite);
                readers.add(new ChunkReader(channel, file.size(), next, nonFinite, digests));
            }
            for (Future<Void> reader : executor.invokeAll(readers)) {
                reader.get();
            }
        } catch (IOException | ExecutionException e) {
            throw Invalid.checkpoint(file.name(), "cannot be read to its end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + file.name(), e);
        }
        return NonFinite.first(found);
    }

    /// Reads one chunk after another, block by block: what is hashed and looked at lies in the
    /// processor's cache.
    private static final class ChunkReader implements Callable<Void> {

        private static final int BLOCK_BYTES = 256 << 10;

        private final FileChannel channel;
        private final long size;
        private final AtomicInteger next;
        private final NonFinite nonFinite;
        private final Optional<byte[][]> digests;
        private final MessageDigest digest = Digests.sha256();
        // An element may begin in one block and end in the next.
        private final byte[] bytes = new byte[BLOCK_BYTES + NonFinite.OVERLAP_BYTES];

        ChunkReader(
                FileChannel channel,
                long size,
                AtomicInteger next,
                NonFinite nonFinite,
                Optional<byte[][]> digests) {
            this.channel = channel;
            this.size = size;
            this.next = next;
            this.nonFinite = nonFinite;
            this.digests = digests;
        }

        @Override
        public Void call() throws IOException {
            while (true) {
                int chunk = next.getAndIncrement();
                long start = (long) chunk * CHUNK_BYTES;
                if (start >= size) {
                    return null;
                }
                read(start, Math.min(start + CHUNK_BYTES, size));
                if (digests.isPresent()) {
                    digests.get()[chunk] = digest.digest();
                }
            }
        }

        private void read(long start, long end) throws IOException {
            for (long at = start; at < end; at += BLOCK_BYTES) {
                int length = (int) Math.min(BLOCK_BYTES, end - at);
                int filled = (int) Math.min(length + NonFinite.OVERLAP_BYTES, size - at);
                ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, filled);
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer, at + buffer.position()) < 0) {
                        throw new IOException("the file became shorter than " + size + " bytes");
                    }
                }
                if (digests.isPresent()) {
                    digest.update(bytes, 0, length);
                }
                nonFinite.look(bytes, at, length);
            }
        }
    }
}
