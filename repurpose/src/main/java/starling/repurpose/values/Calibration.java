package starling.repurpose.values;

import java.util.Arrays;
import java.util.SplittableRandom;
import starling.models.UnfitException;
import starling.models.data.Dataset;

/**
 * Input samples that show what the network's signals look like; labels are not needed.
 *
 * @param samples count x elements, each sample holding the model's inputs one after the other
 * @param count number of samples
 * @param elements numbers per sample
 */
public record Calibration(float[] samples, int count, int elements) {
    public Calibration {
        if (count < 1 || (long) count * elements != samples.length) {
            throw new UnfitException("calibration must hold at least one whole sample of " + elements + " numbers: got "
                    + samples.length + " numbers for " + count + " samples");
        }
        for (int i = 0; i < samples.length; i++) {
            if (!Float.isFinite(samples[i])) {
                throw new UnfitException("calibration samples must be finite: number " + i % elements + " of sample "
                        + i / elements + " is " + samples[i]);
            }
        }
    }

    /** At most {@code most} samples of a data set, from its first on. */
    public static Calibration of(Dataset data, int most) {
        int count = Math.min(most, data.count());
        float[] samples = new float[Math.multiplyExact(count, data.elements())];
        data.readBatch(0, count, samples);
        return new Calibration(samples, count, data.elements());
    }

    /** The same samples in a random order. */
    Calibration shuffled(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] mixed = samples.clone();
        float[] one = new float[elements];
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            System.arraycopy(mixed, i * elements, one, 0, elements);
            System.arraycopy(mixed, j * elements, mixed, i * elements, elements);
            System.arraycopy(one, 0, mixed, j * elements, elements);
        }
        return new Calibration(mixed, count, elements);
    }

    /** Samples {@code from .. to - 1}. */
    Calibration part(int from, int to) {
        return new Calibration(Arrays.copyOfRange(samples, from * elements, to * elements), to - from, elements);
    }
}
