package starling.experiments.transmitted;

import java.util.Locale;
import starling.codes.gradient.Columns;
import starling.experiments.workers.Tensor;

/** How many scales the gradient of a layer has in the codes of the thesis' chapter 2. */
public enum Scales {
    /** One for each weight matrix, kernel and bias. */
    LAYER,
    /**
     * As the thesis counts them, where its raw bits say so: one for each input of a dense layer, each row of a kernel and each
     * bias vector.
     */
    COLUMN;

    /** A word in a setting. */
    static Scales parse(String text) {
        for (Scales scales : values()) {
            if (scales.name().toLowerCase(Locale.ROOT).equals(text)) {
                return scales;
            }
        }
        throw new IllegalArgumentException("not column or layer: " + text);
    }

    /** The columns of a parameter that stands by outputs, inputs and, for a kernel, rows. */
    public Columns of(Tensor tensor) {
        int axes = tensor.shape().length;
        return this == LAYER || axes < 2 ? Columns.one() : Columns.ofAxis(tensor.shape(), axes == 2 ? 1 : 2);
    }
}
