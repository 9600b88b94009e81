package starling.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static starling.models.data.DataFiles.assertUnfit;
import static starling.models.data.DataFiles.sample;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.UnfitException;
import starling.models.data.Preparation.Crop;
import starling.models.data.Preparation.Layout;

class PreparationTest {
    private static final int CHANNELS = 3;
    private static final int HEIGHT = 7;
    private static final int WIDTH = 5;

    private static Dataset dataset(byte[] pixels, int[] shape, Preparation preparation) {
        int size = 1;
        for (int dimension : shape) {
            size *= dimension;
        }
        int[] labels = new int[pixels.length / size];
        Samples samples = new Samples(shape, new Values.Bytes(pixels), labels, Samples.numbered(1));
        return Dataset.of("test", samples, preparation, Integer.MAX_VALUE);
    }

    private static byte[] noise(int length) {
        byte[] pixels = new byte[length];
        new Random(11).nextBytes(pixels);
        return pixels;
    }

    @Test
    void everyByteBecomesTheFloatNearestToItsQuotient() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        float[] read = sample(
                dataset(all, new int[] {1, 16, 16}, DataSpec.parse("mnist:x").preparation()), 0);
        for (int i = 0; i < all.length; i++) {
            assertEquals(i / 255f, read[i]);
        }
    }

    @Test
    void theOrderIsScaleOffsetMeanStd() {
        Preparation preparation = new Preparation(2, 10, List.of(3.0), List.of(4.0), Layout.NCHW, null);
        assertArrayEquals(
                new float[] {(5 * 2 + 10 - 3) / 4f, (255 * 2 + 10 - 3) / 4f},
                sample(dataset(DataFiles.bytes(5, 255), new int[] {1, 1, 2}, preparation), 0));
    }

    /** Against the definition, index by index, for both layouts and odd and even margins. */
    @ParameterizedTest
    @CsvSource({"NCHW,7,5", "NHWC,7,5", "NCHW,4,2", "NHWC,4,2", "NHWC,3,5", "NCHW,1,1", "NHWC,6,4"})
    void cropAndLayoutMovePixelsAsDefined(Layout layout, int height, int width) {
        byte[] pixels = noise(2 * CHANNELS * HEIGHT * WIDTH);
        List<Double> mean = List.of(0.1, 0.2, 0.3);
        List<Double> std = List.of(1.0, 2.0, 3.0);
        Preparation preparation = new Preparation(1 / 255.0, 0, mean, std, layout, new Crop(height, width));
        Dataset data = dataset(pixels, new int[] {CHANNELS, HEIGHT, WIDTH}, preparation);
        assertArrayEquals(
                layout == Layout.NCHW ? new int[] {CHANNELS, height, width} : new int[] {height, width, CHANNELS},
                data.sampleShape());
        assertEquals(CHANNELS * height * width, data.elements());
        for (int i = 0; i < 2; i++) {
            float[] read = sample(data, i);
            for (int c = 0; c < CHANNELS; c++) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int row = y + (HEIGHT - height) / 2;
                        int column = x + (WIDTH - width) / 2;
                        int pixel = pixels[((i * CHANNELS + c) * HEIGHT + row) * WIDTH + column] & 0xff;
                        int at = layout == Layout.NCHW ? (c * height + y) * width + x : (y * width + x) * CHANNELS + c;
                        assertEquals((pixel / 255.0 - mean.get(c)) / std.get(c), read[at], 1e-6);
                    }
                }
            }
        }
    }

    @Test
    void theChannelsOfATableAreItsColumns() {
        Preparation preparation = new Preparation(1, 0, List.of(1.0, 2.0), List.of(1.0, 10.0), Layout.NCHW, null);
        Dataset data = dataset(DataFiles.bytes(5, 22, 1, 2), new int[] {2}, preparation);
        assertArrayEquals(new float[] {4, 2}, sample(data, 0));
        assertArrayEquals(new float[] {0, 0}, sample(data, 1));
    }

    @Test
    void anOptionThatDoesNotSuitTheSamplesIsRefused() {
        int[] image = {CHANNELS, HEIGHT, WIDTH};
        byte[] pixels = noise(CHANNELS * HEIGHT * WIDTH);
        assertUnfit(
                () -> dataset(pixels, image, new Preparation(1, 0, List.of(1.0, 2.0), List.of(1.0), Layout.NCHW, null)),
                "mean must be one number or one for each of the 3 channels",
                "2 are given");
        assertUnfit(
                () -> dataset(
                        pixels,
                        image,
                        new Preparation(1, 0, List.of(1.0), List.of(1.0, 1.0, 1.0, 1.0), Layout.NCHW, null)),
                "std must be one number or one for each of the 3 channels",
                "4 are given");
        assertUnfit(
                () -> dataset(
                        pixels, image, new Preparation(1, 0, List.of(0.0), List.of(1.0), Layout.NCHW, new Crop(7, 6))),
                "crop must not exceed the image of 7 x 5 pixels",
                "7 x 6");
        assertUnfit(
                () -> dataset(
                        pixels, new int[] {105}, new Preparation(1, 0, List.of(0.0), List.of(1.0), Layout.NHWC, null)),
                "layout=nhwc needs samples of channels x height x width",
                "105");
        assertUnfit(
                () -> dataset(
                        pixels,
                        new int[] {35, 3},
                        new Preparation(1, 0, List.of(0.0), List.of(1.0), Layout.NCHW, new Crop(1, 1))),
                "crop needs samples of channels x height x width",
                "35 x 3");
        assertUnfit(
                () -> dataset(pixels, image, new Preparation(1e37, 0, List.of(0.0), List.of(1.0), Layout.NCHW, null)),
                "within a float's range",
                "Infinity");
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        List<Double> zero = List.of(0.0);
        List<Double> one = List.of(1.0);
        assertThrows(UnfitException.class, () -> new Preparation(Double.NaN, 0, zero, one, Layout.NCHW, null));
        assertThrows(
                UnfitException.class, () -> new Preparation(1, Double.POSITIVE_INFINITY, zero, one, Layout.NCHW, null));
        assertThrows(UnfitException.class, () -> new Preparation(1, 0, List.of(), one, Layout.NCHW, null));
        assertThrows(UnfitException.class, () -> new Preparation(1, 0, zero, List.of(), Layout.NCHW, null));
        assertThrows(UnfitException.class, () -> new Preparation(1, 0, List.of(Double.NaN), one, Layout.NCHW, null));
        assertThrows(UnfitException.class, () -> new Crop(0, 4));
    }
}
