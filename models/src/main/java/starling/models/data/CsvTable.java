package starling.models.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * Text tables in UTF-8: one sample a line, numbers in all columns but the last, which is the class. Empty lines are skipped;
 * cells are trimmed and may stand in double quotes (RFC 4180, without line breaks in a cell).
 *
 * <p>Classes: whole numbers from 0 on are taken as they are; anything else is a name, and names are numbered in sorted order.
 *
 * <p>Guesses, each of which an option overrules. The <em>separator</em> is the one of tab, semicolon, comma, pipe and space
 * (any run of blanks) that cuts most of the first {@value #LOOK} lines into as many cells as the first line, at least two;
 * of equals the one named first here. The first line is a <em>header</em> if no cell before the last is a number and not all
 * of them mark a missing value, or if it ends in a name while all other lines end in a whole number. A line that is a bit of
 * both is taken for a row, and refused.
 */
final class CsvTable {
    private static final int LOOK = 20;
    private static final long MAX_FILE = 1L << 30;
    private static final char[] SEPARATORS = {'\t', ';', ',', '|', ' '};
    private static final Set<String> MISSING = Set.of("", "?", "na", "n/a", "nan", "null", "none", "-", "inf", "-inf");

    /** Marks that are no class name either. */
    private static final Set<String> NO_CLASS = Set.of("", "?", "nan", "null");

    private CsvTable() {}

    /**
     * Reads a whole table.
     *
     * @param header whether the first line names the columns, null to guess
     * @param separator what stands between cells, null to guess
     */
    static Samples read(Path file, @Nullable Boolean header, @Nullable Character separator) {
        long length = DataFile.length(file);
        if (length > MAX_FILE) {
            throw new UnfitException("a table must have at most " + MAX_FILE + " bytes: " + file + " has " + length);
        }
        List<Line> lines = lines(file);
        if (lines.isEmpty()) {
            throw new UnfitException("a table must have at least one row: " + file + " has none");
        }
        char between = separator == null ? guessSeparator(lines, file) : separator;
        boolean named = header == null ? guessHeader(lines, between, file) : header;
        return parse(named ? lines.subList(1, lines.size()) : lines, between, file, header == null && !named);
    }

    /** A line that is not empty, and its number in the file from 1 on. */
    private record Line(int number, String text) {}

    private static List<Line> lines(Path file) {
        List<Line> lines = new ArrayList<>();
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            int number = 0;
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                number++;
                String line = number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
                if (!line.isBlank()) {
                    lines.add(new Line(number, line));
                }
            }
        } catch (CharacterCodingException e) {
            throw new UnfitException("a table must be text in UTF-8: " + file + " is not", e);
        } catch (IOException e) {
            throw new UnfitException("data files must be readable: " + file + " is not (" + e + ")", e);
        }
        return lines;
    }

    private static char guessSeparator(List<Line> lines, Path file) {
        List<Line> first = lines.subList(0, Math.min(LOOK, lines.size()));
        char best = 0;
        long most = 0;
        for (char candidate : SEPARATORS) {
            int columns = columns(first.get(0), candidate);
            long alike = columns < 2
                    ? 0
                    : first.stream()
                            .filter(line -> columns(line, candidate) == columns)
                            .count();
            if (alike > most) {
                most = alike;
                best = candidate;
            }
        }
        if (most == 0) {
            throw new UnfitException(
                    "the rows of a table must have at least two cells, between tabs, semicolons, commas, pipes"
                            + " or blanks (or say separator=): the first of " + file + " has not");
        }
        return best;
    }

    /** How many cells a line has, 0 if it cannot be cut in this way. */
    private static int columns(Line line, char separator) {
        try {
            return CsvLine.cells(line.text(), separator).size();
        } catch (CsvLine.TornException e) {
            return 0;
        }
    }

    private static boolean guessHeader(List<Line> lines, char separator, Path file) {
        List<String> first = cells(lines.get(0), separator, file);
        List<String> features = first.subList(0, first.size() - 1);
        boolean noNumber = features.stream().allMatch(cell -> Double.isNaN(Numbers.parse(cell)));
        boolean aName = features.stream()
                .anyMatch(
                        cell -> Double.isNaN(Numbers.parse(cell)) && !MISSING.contains(cell.toLowerCase(Locale.ROOT)));
        if (noNumber && aName) {
            return true;
        }
        return lines.size() > 1
                && Double.isNaN(Numbers.parse(last(first)))
                && !MISSING.contains(last(first).toLowerCase(Locale.ROOT))
                && lines.stream().skip(1).allMatch(line -> wholeNumber(last(cells(line, separator, file))) >= 0);
    }

    private static Samples parse(List<Line> rows, char separator, Path file, boolean headerGuessedAbsent) {
        if (rows.isEmpty()) {
            throw new UnfitException("a table must have at least one row below its header: " + file + " has none");
        }
        int columns = cells(rows.get(0), separator, file).size();
        if (columns < 2) {
            throw new UnfitException(
                    "a table must have at least two columns, the last of them the class: " + file + " has " + columns);
        }
        int features = columns - 1;
        if ((long) rows.size() * features > DataFile.MAX_LENGTH) {
            throw new UnfitException("a table must have at most " + DataFile.MAX_LENGTH + " numbers: " + file + " has "
                    + (long) rows.size() * features);
        }
        float[] values = new float[rows.size() * features];
        List<String> labels = new ArrayList<>(rows.size());
        int at = 0;
        for (Line row : rows) {
            List<String> cells = cells(row, separator, file);
            if (cells.size() != columns) {
                throw new UnfitException("the rows of a table must have equally many cells: line " + row.number()
                        + " of " + file + " has " + cells.size() + ", the first row " + columns);
            }
            for (int column = 0; column < features; column++) {
                float value = (float) Numbers.parse(cells.get(column));
                if (!Float.isFinite(value)) {
                    String hint = at < features && headerGuessedAbsent ? " (or say header=true)" : "";
                    throw new UnfitException("all cells of a table but the class must be finite numbers" + hint
                            + ": line " + row.number() + " column " + (column + 1) + " of " + file + " is '"
                            + cells.get(column) + "'");
                }
                values[at++] = value;
            }
            String label = last(cells);
            if (NO_CLASS.contains(label.toLowerCase(Locale.ROOT))) {
                throw new UnfitException("the last column of a table must be the class: line " + row.number() + " of "
                        + file + " has '" + label + "'");
            }
            labels.add(label);
        }
        return labelled(new int[] {features}, new Values.Floats(values), labels, rows, file);
    }

    private static Samples labelled(int[] shape, Values values, List<String> labels, List<Line> rows, Path file) {
        if (!labels.stream().allMatch(label -> !Double.isNaN(Numbers.parse(label)))) {
            return Samples.named(shape, values, labels);
        }
        int[] numbers = new int[labels.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = wholeNumber(labels.get(i));
            if (numbers[i] < 0) {
                throw new UnfitException("classes that are numbers must be whole, from 0 to " + Samples.MAX_LABEL
                        + ": line " + rows.get(i).number() + " of " + file + " has " + labels.get(i));
            }
        }
        int most = Arrays.stream(numbers).max().orElse(0);
        return new Samples(shape, values, numbers, Samples.numbered(most + 1));
    }

    /** The class number in a cell such as {@code 3} or {@code 3.0}, or -1. */
    private static int wholeNumber(String cell) {
        double number = Numbers.parse(cell);
        return number >= 0 && number <= Samples.MAX_LABEL && number == Math.rint(number) ? (int) number : -1;
    }

    private static String last(List<String> cells) {
        return cells.get(cells.size() - 1);
    }

    private static List<String> cells(Line line, char separator, Path file) {
        try {
            return CsvLine.cells(line.text(), separator);
        } catch (CsvLine.TornException e) {
            throw new UnfitException(e.getMessage() + ": line " + line.number() + " of " + file, e);
        }
    }
}
