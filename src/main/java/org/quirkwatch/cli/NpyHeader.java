package org.quirkwatch.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quirkwatch.problem.Problem;
import org.quirkwatch.problem.ProblemCode;

/// What the header of an npy file says: a Python dictionary of exactly `descr`, `fortran_order` and
/// `shape`. Nothing else of Python is understood.
///
/// @param format `<f4` or `<f8`
/// @param fortranOrder whether columns lie together
/// @param rows 0 to [#MOST]
/// @param columns 0 to [#MOST]
record NpyHeader(String format, boolean fortranOrder, long rows, long columns) {

    /// So small that no product of two sizes and an element overflows.
    private static final long MOST = 1L << 29;

    /// The header of a text.
    ///
    /// @param file what to call the file in messages
    /// @throws Problem `invalid-file` for anything but a matrix of little-endian floats
    static NpyHeader parse(String file, String text) {
        return new Parser(file, text).header();
    }

    /// Bytes of a value.
    int elementBytes() {
        return format.equals("<f8") ? Double.BYTES : Float.BYTES;
    }

    private static final class Parser {
        private final String file;
        private final String text;
        private int at;

        Parser(String file, String text) {
            this.file = file;
            this.text = text;
        }

        NpyHeader header() {
            String format = "";
            boolean fortranOrder = false;
            List<Long> shape = List.of();
            Set<String> seen = new HashSet<>();
            expect('{');
            while (!accept('}')) {
                String key = string();
                if (!seen.add(key)) {
                    throw unexpected("each key once");
                }
                expect(':');
                switch (key) {
                    case "descr" -> format = format();
                    case "fortran_order" -> fortranOrder = flag();
                    case "shape" -> shape = shape();
                    default -> throw unexpected("the keys descr, fortran_order and shape only");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipSpace();
            if (at != text.length()) {
                throw unexpected("nothing after the dictionary");
            }
            if (seen.size() != 3) {
                throw invalid(
                        "the npy header has the keys %s, expected descr, fortran_order and shape"
                                .formatted(new java.util.TreeSet<>(seen)));
            }
            if (shape.size() != 2) {
                throw invalid(
                        "tensor \"%s\" has the shape %s, expected [n, width]"
                                .formatted(MatrixFile.NPY_LAYER, shape));
            }
            return new NpyHeader(format, fortranOrder, shape.getFirst(), shape.getLast());
        }

        private String format() {
            skipSpace();
            if (at < text.length() && text.charAt(at) == '[') {
                throw invalid("holds records, expected a matrix of <f4 or <f8");
            }
            String format = string();
            if (!(format.equals("<f4") || format.equals("<f8"))) {
                throw invalid(
                        "tensor \"%s\" is %s, expected <f4 or <f8 (little-endian floats)"
                                .formatted(MatrixFile.NPY_LAYER, printable(format)));
            }
            return format;
        }

        private boolean flag() {
            skipSpace();
            for (String word : List.of("True", "False")) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw unexpected("True or False");
        }

        private List<Long> shape() {
            List<Long> sizes = new ArrayList<>();
            expect('(');
            while (!accept(')')) {
                sizes.add(number());
                if (!accept(',')) {
                    expect(')');
                    break;
                }
            }
            return sizes;
        }

        private long number() {
            skipSpace();
            long number = 0;
            int from = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                number = number * 10 + (text.charAt(at) - '0');
                at++;
                if (!(number <= MOST)) {
                    throw invalid(
                            "the npy header has a size of more than %d, which is the limit"
                                    .formatted(MOST));
                }
            }
            if (at == from) {
                throw unexpected("a size");
            }
            return number;
        }

        private String string() {
            skipSpace();
            char quote = at < text.length() ? text.charAt(at) : 0;
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw unexpected("a text in quotes");
            }
            String string = text.substring(at + 1, end);
            at = end + 1;
            return string;
        }

        private boolean accept(char wanted) {
            skipSpace();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char wanted) {
            if (!accept(wanted)) {
                throw unexpected("\"" + wanted + "\"");
            }
        }

        private void skipSpace() {
            while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private Problem unexpected(String expected) {
            return invalid(
                    "the npy header cannot be read at its character %d: expected %s"
                            .formatted(at, expected));
        }

        private Problem invalid(String detail) {
            return new Problem(ProblemCode.INVALID_FILE, file + ": " + detail);
        }

        private static String printable(String text) {
            String shown = text.replaceAll("[^\\x20-\\x7e]", "?");
            return "\"" + (shown.length() <= 40 ? shown : shown.substring(0, 40) + "...") + "\"";
        }
    }
}
