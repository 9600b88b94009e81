package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import starling.models.graph.GraphBuilder;
import starling.models.run.ProbedModel;
import starling.repurpose.fixture.Html;
import starling.repurpose.space.InputRule;
import starling.repurpose.space.LinearMap;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SpaceAnalysis;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/** Every pixel against the definition, the PNG taken out of the page. */
class WeightPictureTest {
    private static final int INSIDE = 0xFF000000 | WeightPicture.INSIDE;
    private static final int CROSS = 0xFF000000 | WeightPicture.CROSS;

    /** A network with random owners in which a third of the weights were dropped and a fifth never were there. */
    private static SplitNetwork network(int workers, boolean replicated, int... widths) {
        SplittableRandom random = new SplittableRandom(widths[0] + 31L * workers);
        GraphBuilder builder = new GraphBuilder("net", 13).input("x", -1, widths[0]);
        String x = "x";
        for (int l = 1; l < widths.length; l++) {
            float[] w = new float[widths[l - 1] * widths[l]];
            for (int i = 0; i < w.length; i++) {
                w[i] = random.nextInt(5) == 0 ? 0 : (float) random.nextDouble(-1, 1);
            }
            String z = l == widths.length - 1 ? "y" : "z" + l;
            builder.node("Gemm", List.of(x, builder.constant("w", w, widths[l - 1], widths[l])), z);
            x = l == widths.length - 1 ? z : builder.node("Relu", List.of(z));
        }
        SplitGraph graph = SpaceAnalysis.of(
                ProbedModel.of(
                        builder.output("y", -1, widths[widths.length - 1]).build()),
                Map.of("x", replicated ? new InputRule.Replicated() : new InputRule.Split()));
        int[] owners = new int[graph.units()];
        for (int i = 0; i < owners.length; i++) {
            owners[i] = random.nextInt(workers);
        }
        Map<String, SplitNetwork.Weights> layers = new LinkedHashMap<>();
        SplitNetwork.original(graph, workers, owners).layers().forEach((layer, weights) -> {
            float[] values = weights.values().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(3) == 0 ? 0 : values[i];
            }
            layers.put(layer, new SplitNetwork.Weights(values, weights.bias()));
        });
        return new SplitNetwork(graph, workers, owners, layers);
    }

    private static BufferedImage png(WeightPicture picture) throws IOException {
        Element image = Html.parse(picture.svg()).all("image").get(0);
        String data = image.getAttribute("href").substring("data:image/png;base64,".length());
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(data)));
    }

    /** The indices of one worker after the other, found by asking each worker in turn. */
    private static List<Integer> ordered(int[] owners, int count, int workers) {
        List<Integer> order = new ArrayList<>();
        for (int k = 0; k < workers; k++) {
            for (int i = 0; i < owners.length; i++) {
                if (owners[i] == k) {
                    order.add(i);
                }
            }
        }
        for (int i = 0; owners.length == 0 && i < count; i++) {
            order.add(i);
        }
        return order;
    }

    @Test
    void everyPixelIsItsWeight() throws IOException {
        for (int workers = 1; workers <= 4; workers++) {
            for (boolean replicated : new boolean[] {false, true}) {
                SplitNetwork network = network(workers, replicated, 7 + workers, 9, 5);
                for (Operation.Linear linear : network.graph().linear()) {
                    assertExact(network, linear.map());
                }
            }
        }
    }

    private static void assertExact(SplitNetwork network, LinearMap map) throws IOException {
        WeightPicture picture = new WeightPicture(network, map);
        BufferedImage image = png(picture);
        assertEquals(map.targets(), image.getWidth());
        assertEquals(map.sources(), image.getHeight());
        assertFalse(picture.isBinned());
        int[] from = network.ownersOf(map.input());
        int[] to = network.ownersOf(map.output());
        List<Integer> rows = ordered(from, map.sources(), network.workers());
        List<Integer> columns = ordered(to, map.targets(), network.workers());
        long[] counts = new long[4];
        for (int y = 0; y < rows.size(); y++) {
            for (int x = 0; x < columns.size(); x++) {
                int s = rows.get(y);
                int t = columns.get(x);
                int at = t * map.sources() + s;
                boolean apart = from.length > 0 && from[s] != to[t];
                boolean kept = network.weights(map).values()[at] != 0;
                int kind = kept ? apart ? 1 : 0 : map.weights()[at] != 0 ? 2 : 3;
                counts[kind]++;
                int pixel = image.getRGB(x, y);
                switch (kind) {
                    case 0 -> assertEquals(INSIDE, pixel);
                    case 1 -> assertEquals(CROSS, pixel);
                    case 2 -> {
                        assertEquals(WeightPicture.DROPPED, pixel & 0xFFFFFF, 0.0);
                        assertTrue(pixel >>> 24 > 50 && pixel >>> 24 < 200, "paler than what is kept");
                    }
                    default -> assertEquals(0, pixel >>> 24, "empty");
                }
            }
        }
        assertEquals(counts[0], picture.inside());
        assertEquals(counts[1], picture.cross());
        assertEquals(counts[2], picture.dropped());
        assertEquals(network.crossEdges(map, network.weights(map).values()), picture.cross());
    }

    /** Of 700 x 2 weights one crosses: its pixel must differ from all others, at its own place. */
    @Test
    void aSingleEdgeIsSeenInABinnedPicture() throws IOException {
        SplitNetwork random = network(2, false, 700, 2);
        LinearMap map = random.graph().linear().get(0).map();
        int[] owners = random.owners().clone();
        int[] from = random.graph().layout(map.input()).units();
        int[] to = random.graph().layout(map.output()).units();
        for (int s = 0; s < 700; s++) {
            owners[from[s]] = s < 350 ? 0 : 1;
        }
        owners[to[0]] = 0;
        owners[to[1]] = 1;
        float[] weights = new float[map.weights().length];
        int kept = 0;
        while (map.weights()[700 + kept] == 0) {
            kept++;
        }
        weights[700 + kept] = 1;
        SplitNetwork network = new SplitNetwork(
                random.graph(), 2, owners, Map.of(map.output(), new SplitNetwork.Weights(weights, null)));
        WeightPicture picture = new WeightPicture(network, map);
        BufferedImage image = png(picture);
        assertTrue(picture.isBinned());
        assertTrue(picture.scale().startsWith("binned"), picture.scale());
        assertEquals(WeightPicture.MOST, image.getHeight());
        assertEquals(1, picture.cross());
        int seen = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < 2; x++) {
                int red = image.getRGB(x, y) >> 16 & 255;
                int blue = image.getRGB(x, y) & 255;
                if (red > blue + 40) {
                    seen++;
                    assertEquals(1, x);
                    assertEquals(kept * WeightPicture.MOST / 700, y);
                }
            }
        }
        assertEquals(1, seen);
    }

    @Test
    void blocksAreFramed() throws IOException {
        SplitNetwork network = network(3, false, 30, 12);
        LinearMap map = network.graph().linear().get(0).map();
        Html svg = Html.parse(new WeightPicture(network, map).svg());
        Element frames = svg.all("path").stream()
                .filter(path -> path.getAttribute("class").equals("block"))
                .findFirst()
                .orElseThrow();
        Element image = svg.all("image").get(0);
        double width = Double.parseDouble(image.getAttribute("width"));
        double height = Double.parseDouble(image.getAttribute("height"));
        String[] blocks = frames.getAttribute("d").split("z", 0);
        assertEquals(3, blocks.length);
        double left = 0;
        double top = 0;
        for (int k = 0; k < 3; k++) {
            String[] numbers = blocks[k].substring(1).split("[ HV]", -1);
            double right = left + width * network.local(map.output(), k).length / 12;
            double bottom = top + height * network.local(map.input(), k).length / 30;
            assertEquals(left, Double.parseDouble(numbers[0]), 0.011);
            assertEquals(top, Double.parseDouble(numbers[1]), 0.011);
            assertEquals(right, Double.parseDouble(numbers[2]), 0.011);
            assertEquals(bottom, Double.parseDouble(numbers[3]), 0.011);
            left = right;
            top = bottom;
        }
        assertEquals(6, svg.all("text").size(), "each worker's number across and downwards");
    }

    @Test
    void coloursCanBeToldApartWithoutColour() {
        double inside = lightness(WeightPicture.INSIDE);
        double cross = lightness(WeightPicture.CROSS);
        assertTrue(cross - inside > 8, "lightness of " + inside + " and " + cross);
    }

    /** CIE L*, from sRGB. */
    private static double lightness(int rgb) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double y = 0;
        for (int i = 0; i < 3; i++) {
            double c = (rgb >> (16 - 8 * i) & 255) / 255.0;
            y += weights[i] * (c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
        }
        return 116 * Math.cbrt(y) - 16;
    }
}
