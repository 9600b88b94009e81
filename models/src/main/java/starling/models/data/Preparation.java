package starling.models.data;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import starling.models.UnfitException;

/**
 * What is done to each number of a sample, in this order:
 *
 * <pre>(pixel * scale + offset - mean[channel]) / std[channel]</pre>
 *
 * computed in double precision and rounded to float once. The channel is the first dimension of a sample as its source has
 * it (channels x height x width), for a table its column. Cropping takes the middle {@code height x width} of each image,
 * starting {@code (H - height) / 2} rows down and {@code (W - width) / 2} columns in, rounded down.
 *
 * @param scale factor, not 0
 * @param offset added after scaling
 * @param mean subtracted; one number, or one for each channel
 * @param std divided by, positive; one number, or one for each channel
 * @param layout order in which a sample is given
 * @param crop the middle part to take, null for the whole image
 */
public record Preparation(
        double scale,
        double offset,
        List<Double> mean,
        List<Double> std,
        Layout layout,
        @Nullable Crop crop) {

    /** Order of an image's dimensions; the N of the name is the sample's place in a batch. */
    public enum Layout {
        /** Channels x height x width. */
        NCHW,
        /** Height x width x channels. */
        NHWC
    }

    /** Size of the middle part. */
    public record Crop(int height, int width) {
        public Crop {
            if (height < 1 || width < 1) {
                throw new UnfitException("a crop must have at least one pixel: " + height + " x " + width);
            }
        }
    }

    public Preparation {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (scale == 0 || !Double.isFinite(scale)) {
            throw new UnfitException("scale must be a number other than 0: " + scale);
        }
        if (!Double.isFinite(offset)) {
            throw new UnfitException("offset must be a number: " + offset);
        }
        if (mean.isEmpty() || !mean.stream().allMatch(Double::isFinite)) {
            throw new UnfitException("mean must be one number or one for each channel: " + mean);
        }
        if (std.isEmpty() || !std.stream().allMatch(value -> value > 0 && Double.isFinite(value))) {
            throw new UnfitException("std must be one positive number or one for each channel: " + std);
        }
    }

    /** Numbers as they are, whole images, channels first. */
    public static Preparation none() {
        return new Preparation(1, 0, List.of(0.0), List.of(1.0), Layout.NCHW, null);
    }

    /** The shape in which samples of this source shape are given; checks that every option suits it. */
    int[] shape(int[] source) {
        checkChannels("mean", mean, source);
        checkChannels("std", std, source);
        if (source.length != 3 && (crop != null || layout == Layout.NHWC)) {
            throw new UnfitException((crop != null ? "crop" : "layout=nhwc")
                    + " needs samples of channels x height x width: these are " + Shapes.text(source));
        }
        if (source.length != 3) {
            return source.clone();
        }
        int height = source[1];
        int width = source[2];
        if (crop != null) {
            if (crop.height() > height || crop.width() > width) {
                throw new UnfitException("crop must not exceed the image of " + height + " x " + width + " pixels: "
                        + crop.height() + " x " + crop.width());
            }
            height = crop.height();
            width = crop.width();
        }
        return layout == Layout.NHWC ? new int[] {height, width, source[0]} : new int[] {source[0], height, width};
    }

    /** Checks that every number from {@code least} to {@code most} stays one: the formula is monotonic. */
    void checkRange(float least, float most) {
        for (int channel = 0; channel < Math.max(mean.size(), std.size()); channel++) {
            for (float value : new float[] {least, most}) {
                if (!Float.isFinite(prepared(value, mean(channel), std(channel)))) {
                    throw new UnfitException(
                            "scale, offset, mean and std must keep all numbers of the data within a float's"
                                    + " range: they turn " + value + " into "
                                    + prepared(value, mean(channel), std(channel)));
                }
            }
        }
    }

    /** Writes one prepared sample; {@code first} is where the sample begins in the source's values. */
    void apply(Values values, int first, int[] source, float[] into, int offsetInto) {
        int channels = source[0];
        int height = source.length == 3 ? source[1] : 1;
        int width = source.length == 3 ? source[2] : Shapes.elements(source) / channels;
        int rows = crop == null ? height : crop.height();
        int columns = crop == null ? width : crop.width();
        int top = (height - rows) / 2;
        int left = (width - columns) / 2;
        boolean channelsLast = layout == Layout.NHWC;
        int step = channelsLast ? channels : 1;
        for (int channel = 0; channel < channels; channel++) {
            double channelMean = mean(channel);
            double channelStd = std(channel);
            int out = offsetInto + (channelsLast ? channel : channel * rows * columns);
            for (int row = 0; row < rows; row++) {
                int in = first + (channel * height + top + row) * width + left;
                for (int column = 0; column < columns; column++) {
                    into[out] = prepared(values.get(in + column), channelMean, channelStd);
                    out += step;
                }
            }
        }
    }

    private float prepared(double value, double channelMean, double channelStd) {
        return (float) ((value * scale + offset - channelMean) / channelStd);
    }

    private double mean(int channel) {
        return mean.get(mean.size() == 1 ? 0 : channel);
    }

    private double std(int channel) {
        return std.get(std.size() == 1 ? 0 : channel);
    }

    /** Appends the options that differ from their defaults, in the form of a {@code DATA} string. */
    void describe(StringBuilder out, double defaultScale) {
        if (scale != defaultScale) {
            out.append(",scale=").append(scale);
        }
        if (offset != 0) {
            out.append(",offset=").append(offset);
        }
        if (!mean.equals(List.of(0.0))) {
            out.append(",mean=").append(slashed(mean));
        }
        if (!std.equals(List.of(1.0))) {
            out.append(",std=").append(slashed(std));
        }
        if (crop != null) {
            out.append(",crop=").append(crop.height());
            if (crop.width() != crop.height()) {
                out.append('x').append(crop.width());
            }
        }
        if (layout != Layout.NCHW) {
            out.append(",layout=").append(layout.name().toLowerCase(Locale.ROOT));
        }
    }

    private static String slashed(List<Double> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining("/"));
    }

    private static void checkChannels(String name, List<Double> numbers, int[] source) {
        if (numbers.size() != 1 && numbers.size() != source[0]) {
            throw new UnfitException(name + " must be one number or one for each of the " + source[0]
                    + " channels of samples of " + Shapes.text(source) + ": " + numbers.size() + " are given");
        }
    }
}
