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

    /// Reads a file from its first byte to its last.
    ///
    /// @throws Problem `invalid-checkpoint` where it cannot be read or became shorter
    static ContentScan of(SafetensorsFile file) {
        int chunks = Math.toIntExact((file.size() + CHUNK_BYTES - 1) / CHUNK_BYTES);
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS);
        int threads = Math.max(1, Math.min(processors, chunks));
        byte[][] digests = new byte[chunks][];
        AtomicInteger next = new AtomicInteger();
        List<NonFinite> found = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ);
                ExecutorService executor =
                        Executors.newFixedThreadPool(
                                threads,
                                Thread.ofPlatform().name("digest-", 0).daemon().factory())) {
            List<Callable<Void>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                NonFinite nonFinite = new NonFinite(file);
                found.add(nonFinite);
                workers.add(() -> {
                    ChunkReader reader = new ChunkReader(channel, file.size(), nonFinite);
                    for (int c = next.getAndIncrement(); c < chunks; c = next.getAndIncrement()) {
                        long start = (long) c * CHUNK_BYTES;
                        digests[c] =
                                reader.digest(start, Math.min(start + CHUNK_BYTES, file.size()));
                    }
                    return null;
                });
            }
            for (Future<Void> worker : executor.invokeAll(workers)) {
                worker.get();
            }
        } catch (IOException | ExecutionException e) {
            throw Invalid.checkpoint(file.name(), "cannot be read to its end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + file.name(), e);
        }
        MessageDigest digest = Digests.sha256();
        digest.update(PREFIX);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(file.size()).flip());
        for (byte[] chunk : digests) {
            digest.update(chunk);
        }
        return new ContentScan(digest.digest(), NonFinite.first(found));
    }

    /// Reads chunks block by block: what is hashed and looked at lies in the processor's cache.
    private static final class ChunkReader {

        private static final int BLOCK_BYTES = 256 << 10;

        private final FileChannel channel;
        private final long size;
        private final NonFinite nonFinite;
        private final MessageDigest digest = Digests.sha256();
        // An element may begin in one block and end in the next.
        private final byte[] bytes = new byte[BLOCK_BYTES + NonFinite.OVERLAP_BYTES];

        ChunkReader(FileChannel channel, long size, NonFinite nonFinite) {
            this.channel = channel;
            this.size = size;
            this.nonFinite = nonFinite;
        }

        byte[] digest(long start, long end) throws IOException {
            for (long at = start; at < end; at += BLOCK_BYTES) {
                int length = (int) Math.min(BLOCK_BYTES, end - at);
                int filled = (int) Math.min(length + NonFinite.OVERLAP_BYTES, size - at);
                ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, filled);
                while (buffer.hasRemaining()) {
                    if (channel.read(buffer, at + buffer.position()) < 0) {
                        throw new IOException("the file became shorter than " + size + " bytes");
                    }
                }
                digest.update(bytes, 0, length);
                nonFinite.look(bytes, at, length);
            }
            return digest.digest();
        }
    }
}
