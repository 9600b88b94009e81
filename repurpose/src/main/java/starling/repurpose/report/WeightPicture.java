package starling.repurpose.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.SplitNetwork;

/**
 * A layer's weights as in the thesis' Fig. 6.3: sources downwards and targets across, each ordered by owner; kept weights inside
 * a worker, kept weights between workers, and dropped ones in three colours; what the original has not either is empty.
 * A pixel is a pair of source and target (of a convolution: a pair of channels). Where there are more than {@value #MOST}
 * sources or targets, several share a pixel, which shows their shares mixed, weights between workers lifted so that a single
 * one can be seen.
 *
 * <p>Cost: one pass over the layer's weights.
 */
final class WeightPicture {
    /** Most pixels of either side. */
    static final int MOST = 300;

    /** Blue, orange and grey: different in lightness as well, so that no colour blindness makes two of them one. */
    static final int INSIDE = 0x0072B2;

    static final int CROSS = 0xE8590C;
    static final int DROPPED = 0x9A9A9A;

    private static final double GONE_OPACITY = 0.4;
    private static final int SIDE = 300;
    private static final int SMALLEST_SIDE = 110;
    private static final int MARGIN = 34;
    private static final int LABEL_WIDTH = 24;
    private static final int LABEL_HEIGHT = 14;

    private final LinearMap map;
    private final int workers;
    private final int[] sourceOwners;
    private final int[] targetOwners;
    private final int rows;
    private final int columns;
    private final int[][] counts;
    private long inside;
    private long cross;
    private long dropped;

    WeightPicture(SplitNetwork network, LinearMap map) {
        this.map = map;
        this.workers = network.workers();
        this.sourceOwners = ownersOf(network, map.input(), map.sources());
        this.targetOwners = ownersOf(network, map.output(), map.targets());
        this.rows = Math.min(MOST, map.sources());
        this.columns = Math.min(MOST, map.targets());
        this.counts = new int[rows][4 * columns];
        count(network.weights(map).values());
    }

    /** The owner of each index, -1 where every worker has all. */
    private static int[] ownersOf(SplitNetwork network, String value, int count) {
        int[] owners = network.ownersOf(value);
        if (owners.length == 0) {
            owners = new int[count];
            Arrays.fill(owners, -1);
        }
        return owners;
    }

    /** Kept weights whose source and target are on one worker. */
    long inside() {
        return inside;
    }

    /** Kept weights between workers. */
    long cross() {
        return cross;
    }

    /** Weights of the original that are zero now. */
    long dropped() {
        return dropped;
    }

    /** Whether several pairs share a pixel. */
    boolean isBinned() {
        return rows < map.sources() || columns < map.targets();
    }

    /** What a pixel stands for, in words. */
    String scale() {
        String pair = map.kernel() > 1 ? "channels, whose kernels have " + map.kernel() + " weights each" : "units";
        return isBinned()
                ? String.format(
                        Locale.ROOT,
                        "binned: %s × %s pairs of %s on %d × %d pixels",
                        Markup.count(map.sources()),
                        Markup.count(map.targets()),
                        pair,
                        rows,
                        columns)
                : "one pixel for each of " + Markup.count(map.sources()) + " × " + Markup.count(map.targets())
                        + " pairs of " + pair;
    }

    /** The picture as inline SVG around a PNG. */
    String svg() {
        int scale = Math.max(1, SIDE / Math.max(rows, columns));
        int width = Math.max(SMALLEST_SIDE, columns * scale);
        int height = Math.max(SMALLEST_SIDE, rows * scale);
        String title = String.format(
                Locale.ROOT,
                "Weights of %s: %d kept inside workers, %d kept between workers, %d dropped",
                map.node().name(),
                inside,
                cross,
                dropped);
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg class=\"weights\" role=\"img\" aria-label=\"%s\" width=\"%d\" height=\"%d\""
                        + " viewBox=\"%d %d %d %d\"><title>%s</title>%n",
                Markup.escaped(title),
                width + MARGIN + 2,
                height + MARGIN + 2,
                -MARGIN,
                -MARGIN,
                width + MARGIN + 2,
                height + MARGIN + 2,
                Markup.escaped(title)));
        out.append(String.format(
                Locale.ROOT,
                "<image width=\"%d\" height=\"%d\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,%s\"/>%n",
                width,
                height,
                Base64.getEncoder().encodeToString(png())));
        blocks(out, width, height);
        return out.append("</svg>\n").toString();
    }

    /** Thin lines where owners change, a frame around each worker's own block, and the workers' numbers. */
    private void blocks(StringBuilder out, int width, int height) {
        StringBuilder lines = new StringBuilder(String.format(Locale.ROOT, "M0 0h%dv%dh-%dz", width, height, width));
        StringBuilder frames = new StringBuilder();
        StringBuilder labels = new StringBuilder();
        for (int k = -1; k < workers; k++) {
            double[] across = range(targetOwners, k);
            double[] down = range(sourceOwners, k);
            if (across[1] > across[0]) {
                lines.append(String.format(Locale.ROOT, "M%.2f 0v%d", across[1] * width, height));
                if ((across[1] - across[0]) * width >= LABEL_WIDTH) {
                    label(labels, k, (across[0] + across[1]) / 2 * width, -8, "middle");
                }
            }
            if (down[1] > down[0]) {
                lines.append(String.format(Locale.ROOT, "M0 %.2fh%d", down[1] * height, width));
                if ((down[1] - down[0]) * height >= LABEL_HEIGHT) {
                    label(labels, k, -6, (down[0] + down[1]) / 2 * height + 4, "end");
                }
            }
            double[] own = sourceOwners.length > 0 && sourceOwners[0] < 0 ? new double[] {0, 1} : down;
            if (k >= 0 && across[1] > across[0] && own[1] > own[0]) {
                frames.append(String.format(
                        Locale.ROOT,
                        "M%.2f %.2fH%.2fV%.2fH%.2fz",
                        across[0] * width,
                        own[0] * height,
                        across[1] * width,
                        own[1] * height,
                        across[0] * width));
            }
        }
        out.append("<path class=\"border\" d=\"").append(lines).append("\"/>\n");
        if (frames.length() > 0) {
            out.append("<path class=\"block\" d=\"").append(frames).append("\"/>\n");
        }
        out.append(labels);
    }

    private static void label(StringBuilder out, int worker, double x, double y, String anchor) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                worker < 0 ? "all" : "w" + worker));
    }

    /** From where to where an owner's indices lie once they are ordered, as fractions. */
    private static double[] range(int[] owners, int owner) {
        long before = Arrays.stream(owners).filter(one -> one < owner).count();
        long of = Arrays.stream(owners).filter(one -> one == owner).count();
        double all = Math.max(1, owners.length);
        return new double[] {before / all, (before + of) / all};
    }

    private byte[] png() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image(), "png", out)) {
                throw new IllegalStateException("every Java writes PNG");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The pixels, transparent where there is no weight. */
    BufferedImage image() {
        BufferedImage image = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                image.setRGB(x, y, colour(counts[y], 4 * x));
            }
        }
        return image;
    }

    /** Fills, per row, four counts per pixel: inside, between, dropped, never there. */
    private void count(float[] now) {
        int[] sourcePlace = places(sourceOwners);
        int[] targetPlace = places(targetOwners);
        float[] before = map.weights();
        for (int t = 0; t < map.targets(); t++) {
            int x = (int) ((long) targetPlace[t] * columns / map.targets());
            for (int s = 0; s < map.sources(); s++) {
                int y = (int) ((long) sourcePlace[s] * rows / map.sources());
                boolean apart = sourceOwners[s] >= 0 && targetOwners[t] >= 0 && sourceOwners[s] != targetOwners[t];
                int at = (t * map.sources() + s) * map.kernel();
                for (int k = at; k < at + map.kernel(); k++) {
                    int kind = now[k] != 0 ? (apart ? 1 : 0) : before[k] != 0 ? 2 : 3;
                    counts[y][4 * x + kind]++;
                    inside += kind == 0 ? 1 : 0;
                    cross += kind == 1 ? 1 : 0;
                    dropped += kind == 2 ? 1 : 0;
                }
            }
        }
    }

    /** The place of each index when they are ordered by owner, else as they are. */
    private static int[] places(int[] owners) {
        int[] order = IntStream.range(0, owners.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> owners[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] places = new int[owners.length];
        for (int i = 0; i < order.length; i++) {
            places[order[i]] = i;
        }
        return places;
    }

    private static int colour(int[] counts, int at) {
        double all = counts[at] + counts[at + 1] + counts[at + 2] + counts[at + 3];
        double between = counts[at + 1] == 0 ? 0 : 0.35 + 0.65 * counts[at + 1] / all;
        double left = 1 - between;
        double others = Math.max(1, all - counts[at + 1]);
        double within = left * counts[at] / others;
        double gone = left * counts[at + 2] / others * GONE_OPACITY;
        double opacity = between + within + gone;
        if (opacity == 0) {
            return 0;
        }
        int rgb = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double level = (between * (CROSS >> shift & 255)
                            + within * (INSIDE >> shift & 255)
                            + gone * (DROPPED >> shift & 255))
                    / opacity;
            rgb |= (int) Math.round(level) << shift;
        }
        return (int) Math.round(255 * Math.min(1, opacity)) << 24 | rgb;
    }
}
