package starling.models.command;

import java.io.Console;
import java.io.PrintStream;

/**
 * One line of progress on stderr for long work: a bar when a terminal is attached, nothing otherwise, so that logs and
 * pipes stay clean. Close it to clear the line. Not thread-safe.
 */
public final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000L;

    private final PrintStream out;
    private final boolean terminal;
    private final String what;
    private final long total;
    private final long started = System.nanoTime();
    private long drawn;

    public Progress(String what, long total) {
        this(what, total, System.err, attached());
    }

    Progress(String what, long total, PrintStream out, boolean terminal) {
        this.what = what;
        this.total = Math.max(1, total);
        this.out = out;
        this.terminal = terminal;
    }

    /** From JDK 22 on a console exists without a terminal too, and knows which. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean attached() {
        Console console = System.console();
        if (console == null || Runtime.version().feature() < 22) {
            return console != null;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** Says that {@code done} of the total are finished. */
    public void at(long done) {
        long now = System.nanoTime();
        if (!terminal || (now - drawn < REDRAW_NANOS && done < total)) {
            return;
        }
        drawn = now;
        int filled = (int) (WIDTH * Math.min(done, total) / total);
        double seconds = (now - started) / 1e9;
        String left = done > 0 ? String.format(", %.0f s left", seconds * (total - done) / done) : "";
        out.printf("\r%s [%s%s] %d/%d%s ", what, "#".repeat(filled), ".".repeat(WIDTH - filled), done, total, left);
        out.flush();
    }

    @Override
    public void close() {
        if (terminal && drawn != 0) {
            out.print("\r" + " ".repeat(what.length() + WIDTH + 40) + "\r");
            out.flush();
        }
    }
}
