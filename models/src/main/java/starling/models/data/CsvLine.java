package starling.models.data;

import java.util.ArrayList;
import java.util.List;

/** One line of a table, cut into cells. */
final class CsvLine {
    private CsvLine() {}

    /** A line that cannot be cut; the message is the rule it breaks. */
    static final class TornException extends Exception {
        private static final long serialVersionUID = 1L;

        TornException(String rule) {
            super(rule);
        }
    }

    /**
     * The cells of a line, trimmed unless they stand in double quotes (a doubled quotation mark inside stands for one). A
     * space as separator stands for any run of blanks and tabs, and those around the line do not count.
     *
     * @throws TornException if a quoted cell has no end, or does not end at a separator
     */
    static List<String> cells(String line, char separator) throws TornException {
        String text = separator == ' ' ? line.strip().replace('\t', ' ') : line;
        List<String> cells = new ArrayList<>();
        int at = 0;
        while (true) {
            int start = skipBlanks(text, at, separator);
            if (start < text.length() && text.charAt(start) == '"') {
                StringBuilder cell = new StringBuilder();
                at = skipBlanks(text, quoted(text, start + 1, cell), separator);
                if (at < text.length() && text.charAt(at) != separator) {
                    throw new TornException("a quoted cell must end at a separator");
                }
                cells.add(cell.toString());
            } else {
                int end = text.indexOf(separator, at);
                end = end < 0 ? text.length() : end;
                cells.add(text.substring(at, end).strip());
                at = end;
            }
            if (at >= text.length()) {
                return cells;
            }
            at++;
            while (separator == ' ' && text.charAt(at) == ' ') {
                at++;
            }
        }
    }

    /** Reads the inside of a quoted cell; returns the place behind its closing mark. */
    private static int quoted(String text, int from, StringBuilder cell) throws TornException {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '"') {
                cell.append(c);
            } else if (at < text.length() && text.charAt(at) == '"') {
                cell.append('"');
                at++;
            } else {
                return at;
            }
        }
        throw new TornException("a quoted cell must end in its line");
    }

    private static int skipBlanks(String text, int from, char separator) {
        int at = from;
        while (at < text.length()
                && text.charAt(at) != separator
                && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }
}
