package starling.experiments.findings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import starling.models.UnfitException;

/**
 * A picture that goes with the findings.
 *
 * @param fileName its name in the folder of results, without folders
 * @param content the file
 */
public record Figure(String fileName, byte[] content) {
    /** The name must be one that every file system takes: lower case letters, digits, hyphens and dots, not first. */
    public Figure {
        if (!fileName.matches("[a-z0-9][a-z0-9.-]*")) {
            throw new IllegalArgumentException("not a name for a figure: '" + fileName + "'");
        }
    }

    /**
     * A chart as a PNG file.
     *
     * @throws UnfitException if nothing can be drawn here, as on a system without fonts
     */
    public static Figure png(String name, XYChart chart) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            BitmapEncoder.saveBitmap(chart, bytes, BitmapEncoder.BitmapFormat.PNG);
        } catch (IOException | LinkageError | InternalError e) {
            throw new UnfitException(
                    "figures need a Java runtime that can draw text: " + name + " failed with " + e, e);
        }
        return new Figure(name + ".png", bytes.toByteArray());
    }

    /** Counts that may be 0, for a logarithmic axis: each one more. */
    public static double[] plusOne(double[] counts) {
        return Arrays.stream(counts).map(count -> count + 1).toArray();
    }
}
