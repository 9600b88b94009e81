package starling.agent.source;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * One record per line: decimal numbers separated by blanks, tabs, or a comma with or without blanks. Empty lines and lines that begin with
 * {@code #} are passed over. Lines are at most {@value #BYTES_PER_VALUE} bytes per number (and at least {@value #LEAST_LINE}) long; the rest of a longer
 * one is skipped, so memory is bounded whatever comes.
 */
final class LineRecords implements RecordReader {
    private static final int BYTES_PER_VALUE = 32;
    private static final int LEAST_LINE = 1024;

    private final BufferedInputStream in;
    private final int values;
    private final int longest;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long number;

    LineRecords(BufferedInputStream in, int values) {
        this.in = in;
        this.values = values;
        this.longest = (int) Math.min(1 << 30, Math.max(LEAST_LINE, (long) BYTES_PER_VALUE * values));
    }

    @Override
    public @Nullable SourceRecord next() throws IOException {
        while (true) {
            line.reset();
            long length = 0;
            int read = in.read();
            if (read < 0) {
                return null;
            }
            for (; read >= 0 && read != '\n'; read = in.read()) {
                if (length++ < longest) {
                    line.write(read);
                }
            }
            number++;
            if (length > longest) {
                return unfit("must have at most " + longest + " bytes: it has " + length);
            }
            String text = line.toString(StandardCharsets.ISO_8859_1).strip();
            if (!text.isEmpty() && text.charAt(0) != '#') {
                return parse(text);
            }
        }
    }

    private SourceRecord parse(String text) {
        float[] record = new float[values];
        int count = 0;
        boolean due = true;
        StringTokenizer tokens = new StringTokenizer(text, ", \t", true);
        while (tokens.hasMoreTokens()) {
            String token = tokens.nextToken();
            switch (token) {
                case " ", "\t" -> {}
                case "," -> {
                    if (due) {
                        return unfit("must have a number before each comma: number " + count + " is missing");
                    }
                    due = true;
                }
                default -> {
                    due = false;
                    if (count < values) {
                        String wrong = number(token, count, record);
                        if (wrong != null) {
                            return unfit(wrong);
                        }
                    }
                    count++;
                }
            }
        }
        if (due) {
            return unfit("must not end with a comma: number " + count + " is missing");
        }
        return count == values
                ? new SourceRecord.Values(record)
                : unfit("must have " + values + " numbers: it has " + count);
    }

    /** Parses one number; returns what is wrong with it. */
    private static @Nullable String number(String token, int at, float[] record) {
        String word = token.toLowerCase(Locale.ROOT).replaceFirst("^[+-]", "");
        boolean named = word.equals("nan") || word.startsWith("inf");
        if (!named && !word.matches("[0-9.]+(e[+-]?[0-9]+)?")) {
            return "must consist of decimal numbers: number " + at + " is '" + shorten(token) + "'";
        }
        try {
            record[at] = named ? Float.NaN : Float.parseFloat(token);
        } catch (NumberFormatException e) {
            return "must consist of decimal numbers: number " + at + " is '" + shorten(token) + "'";
        }
        return Float.isFinite(record[at])
                ? null
                : "must consist of finite float32 numbers: number " + at + " is " + shorten(token);
    }

    private static String shorten(String token) {
        String start = token.length() > 40 ? token.substring(0, 40) + "..." : token;
        return start.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private SourceRecord unfit(String rule) {
        return new SourceRecord.Unfit("line " + number + " of the local source " + rule);
    }
}
