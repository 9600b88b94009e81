package starling.experiments.codes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import starling.models.UnfitException;

/**
 * Another program that transforms floats, such as one around FFHT's {@code fht_float}. It is called with log2 n and the number
 * of repeats, and prints the median of the seconds that one transform takes, a number on a line of its own, nothing else.
 */
record RivalTransform(Path program) {
    private static final int MOST_SECONDS = 120;

    /** @throws UnfitException when it fails, does not end, or prints anything else */
    double medianSeconds(int log2, int repeats) {
        if (!Files.isExecutable(program)) {
            throw new UnfitException("the rival must be a program: " + program + " cannot be run");
        }
        try {
            Process process = new ProcessBuilder(
                            List.of(program.toString(), Integer.toString(log2), Integer.toString(repeats)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new UnfitException("the rival must end within " + MOST_SECONDS + " seconds: " + program);
            }
            String said = new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0) {
                throw new UnfitException("the rival " + program + " ended with " + process.exitValue());
            }
            double seconds = Double.parseDouble(said);
            if (!(seconds > 0)) {
                throw new UnfitException("the rival must print seconds: it printed '" + said + "'");
            }
            return seconds;
        } catch (IOException e) {
            throw new UnfitException("the rival " + program + " cannot be run: " + e.getMessage(), e);
        } catch (NumberFormatException e) {
            throw new UnfitException("the rival must print a number of seconds: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnfitException("interrupted while the rival ran", e);
        }
    }
}
