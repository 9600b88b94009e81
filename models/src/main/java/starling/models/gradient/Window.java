package starling.models.gradient;

import java.util.Objects;
import starling.models.graph.Node;

/**
 * A window that moves over the spatial axes of a value of shape (samples, channels, spatial...), with its padding made
 * explicit.
 *
 * @param kernel extent of the window, per spatial axis
 * @param strides its steps
 * @param dilations distance of its elements
 * @param begin padding before each axis
 * @param end padding behind each axis that the operator was told of; with {@code ceil_mode} windows may reach beyond it
 */
record Window(int[] kernel, int[] strides, int[] dilations, int[] begin, int[] end) {
    /**
     * The window of a convolution or pooling.
     *
     * @param x shape of the input
     * @param y shape of the output
     */
    static Window of(Node node, int[] kernel, int[] x, int[] y) {
        int axes = kernel.length;
        int[] strides = given(node, "strides", axes);
        int[] dilations = given(node, "dilations", axes);
        int[] begin = new int[axes];
        int[] end = new int[axes];
        String auto = node.attributes().text("auto_pad", "NOTSET");
        long[] pads = node.attributes().integers("pads");
        for (int i = 0; i < axes; i++) {
            if (auto.startsWith("SAME")) {
                int reach = (y[2 + i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
                int total = Math.max(0, reach - x[2 + i]);
                begin[i] = auto.equals("SAME_LOWER") ? total - total / 2 : total / 2;
                end[i] = total - begin[i];
            } else if (pads != null && auto.equals("NOTSET")) {
                begin[i] = Math.toIntExact(pads[i]);
                end[i] = Math.toIntExact(pads[axes + i]);
            }
        }
        return new Window(kernel, strides, dilations, begin, end);
    }

    /** The window of a pooling, whose extent is an attribute. */
    static Window ofPooling(Node node, int[] x, int[] y) {
        return of(node, ints(Objects.requireNonNull(node.attributes().integers("kernel_shape"))), x, y);
    }

    private static int[] given(Node node, String name, int axes) {
        long[] values = node.attributes().integers(name);
        int[] result = new int[axes];
        for (int i = 0; i < axes; i++) {
            result[i] = values == null ? 1 : Math.toIntExact(values[i]);
        }
        return result;
    }

    private static int[] ints(long[] values) {
        int[] result = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = Math.toIntExact(values[i]);
        }
        return result;
    }

    int axes() {
        return kernel.length;
    }

    /** Padding as ONNX writes it: all begins, then all ends. */
    long[] pads() {
        long[] pads = new long[2 * axes()];
        for (int i = 0; i < axes(); i++) {
            pads[i] = begin[i];
            pads[axes() + i] = end[i];
        }
        return pads;
    }

    /** How far {@code positions} windows along an axis reach, from the first to behind the last element. */
    int reach(int axis, int positions) {
        return (positions - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1;
    }

    /** Whether windows are without gaps and no element is in two of them. */
    boolean apart() {
        for (int i = 0; i < axes(); i++) {
            if (dilations[i] != 1 || strides[i] < kernel[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether no window reaches beyond input and padding. */
    boolean within(int[] in, int[] out) {
        for (int i = 0; i < axes(); i++) {
            if (reach(i, out[2 + i]) > begin[i] + in[2 + i] + end[i]) {
                return false;
            }
        }
        return true;
    }

    /** How many elements of an axis of this length the window at a position covers, padding not counted. */
    int covered(int axis, int position, int length) {
        int count = 0;
        for (int k = 0; k < kernel[axis]; k++) {
            int at = position * strides[axis] - begin[axis] + k * dilations[axis];
            count += at >= 0 && at < length ? 1 : 0;
        }
        return count;
    }
}
