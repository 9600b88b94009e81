package starling.models.training;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import starling.models.UnfitException;

/** Harmless changes of a sample, drawn anew each time it is seen. */
public interface Augmentation {
    /** Every sample as it is. */
    Augmentation NONE = new Augmentation() {
        @Override
        public int[] shape(int[] sample) {
            return sample;
        }

        @Override
        public void apply(float[] sample, int[] shape, float[] into, int offset, UniformRandomProvider random) {
            System.arraycopy(sample, 0, into, offset, sample.length);
        }

        @Override
        public String toString() {
            return "none";
        }
    };

    /**
     * The shape of a changed sample.
     *
     * @throws UnfitException when samples of this shape cannot be changed so
     */
    int[] shape(int[] sample);

    /** Writes one changed sample of {@code shape} to {@code into[offset]} and on. */
    void apply(float[] sample, int[] shape, float[] into, int offset, UniformRandomProvider random);

    /**
     * A random part of an image framed with zeros, mirrored or not. Channels of a group are moved alike, groups
     * independently: a sample may hold the images of several cameras.
     *
     * @param height rows of the part
     * @param width columns of the part
     * @param frame zeros on each side before the part is drawn
     * @param mirror whether left and right are exchanged half of the time
     * @param group channels of one image
     */
    record RandomCrop(int height, int width, int frame, boolean mirror, int group) implements Augmentation {
        @Override
        public int[] shape(int[] sample) {
            boolean fits = sample.length == 3
                    && group > 0
                    && sample[0] % group == 0
                    && frame >= 0
                    && height > 0
                    && width > 0
                    && height <= sample[1] + 2 * frame
                    && width <= sample[2] + 2 * frame;
            if (!fits) {
                throw new UnfitException("parts of " + height + " x " + width + " must fit into images of " + group
                        + " channels with a frame of " + frame + ": samples are " + Arrays.toString(sample));
            }
            return new int[] {sample[0], height, width};
        }

        @Override
        public void apply(float[] sample, int[] shape, float[] into, int offset, UniformRandomProvider random) {
            int rows = shape[1];
            int columns = shape[2];
            for (int first = 0; first < shape[0]; first += group) {
                int down = random.nextInt(rows + 2 * frame - height + 1) - frame;
                int right = random.nextInt(columns + 2 * frame - width + 1) - frame;
                boolean turned = mirror && random.nextBoolean();
                for (int channel = first; channel < first + group; channel++) {
                    for (int row = 0; row < height; row++) {
                        int to = offset + (channel * height + row) * width;
                        int from = row + down;
                        for (int column = 0; column < width; column++) {
                            int at = right + (turned ? width - 1 - column : column);
                            boolean inside = from >= 0 && from < rows && at >= 0 && at < columns;
                            into[to + column] = inside ? sample[(channel * rows + from) * columns + at] : 0;
                        }
                    }
                }
            }
        }
    }
}
