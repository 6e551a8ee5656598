package org.quirkwatch.job;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.springframework.jdbc.core.JdbcOperations;

/// Inputs and results in the database, in pieces that are compressed each: what one replica took in
/// another can read, and a piece of a result is there exactly when its checkpoint is. Thread-safe;
/// takes part in the transaction of its thread.
final class JobPages {

    /// Bytes of a piece before compression; below the million that the embedded database takes.
    static final int PAGE_BYTES = 1 << 18;

    /// The part that results are.
    static final String RESULT = "result";

    private static final String INSERT =
            "insert into job_page (job_id, part, number, first_byte, raw_bytes, bytes)"
                    + " values (?, ?, ?, ?, ?, ?)";

    private final JdbcOperations jdbc;

    JobPages(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /// A piece that can be written.
    ///
    /// @param number from 0
    /// @param firstByte where it begins in its part
    /// @param rawBytes its length there
    /// @param bytes compressed
    @SuppressWarnings("ArrayRecordComponent") // held for the moment of writing, never compared
    record Page(int number, long firstByte, int rawBytes, byte[] bytes) {}

    /// Cuts bytes into pieces.
    ///
    /// @param number of the first
    /// @param firstByte where it begins in its part
    static List<Page> cut(byte[] bytes, int length, int number, long firstByte) {
        List<Page> pages = new ArrayList<>();
        for (int from = 0; from < length; from += PAGE_BYTES) {
            int count = Math.min(PAGE_BYTES, length - from);
            pages.add(
                    new Page(
                            number + pages.size(),
                            firstByte + from,
                            count,
                            deflated(bytes, from, count)));
        }
        return pages;
    }

    void insert(UUID job, String part, List<Page> pages) {
        for (Page page : pages) {
            jdbc.update(
                    INSERT,
                    job,
                    part,
                    page.number(),
                    page.firstByte(),
                    page.rawBytes(),
                    page.bytes());
        }
    }

    /// The bytes of a piece, inflated; empty behind the last.
    byte[] read(UUID job, String part, int number) {
        List<byte[]> found =
                jdbc.query(
                        "select bytes from job_page where job_id = ? and part = ? and number = ?",
                        (row, n) -> row.getBytes(1),
                        job,
                        part,
                        number);
        return found.isEmpty() ? new byte[0] : inflated(found.getFirst());
    }

    /// Whether a job has a part.
    boolean has(UUID job, String part) {
        return !jdbc.queryForList(
                        "select number from job_page where job_id = ? and part = ? and number = 0",
                        Integer.class,
                        job,
                        part)
                .isEmpty();
    }

    /// The number of the piece that holds a byte, -1 where none does.
    int holding(UUID job, String part, long place) {
        Integer number =
                jdbc.queryForObject(
                        "select max(number) from job_page where job_id = ? and part = ? and first_byte <= ?",
                        Integer.class,
                        job,
                        part,
                        place);
        return number == null ? -1 : number;
    }

    /// Where a piece begins in its part.
    long firstByte(UUID job, String part, int number) {
        Long first =
                jdbc.queryForObject(
                        "select first_byte from job_page where job_id = ? and part = ? and number = ?",
                        Long.class,
                        job,
                        part,
                        number);
        return first == null ? 0 : first;
    }

    /// Deletes pieces of a job, so that no statement takes long.
    ///
    /// @return how many there were
    int delete(UUID job, int most) {
        return jdbc.update(
                "delete from job_page where job_id = ? and (part, number) in"
                        + " (select part, number from job_page where job_id = ? limit ?)",
                job,
                job,
                most);
    }

    private static byte[] deflated(byte[] bytes, int from, int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(count / 4 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes, from, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] inflated(byte[] bytes) {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return gzip.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
