package starling.experiments.coded;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.Matrix;
import starling.codes.random.RandomStream;
import starling.codes.straggler.ShiftedExponential;
import starling.codes.uep.DeadlineProduct;
import starling.codes.uep.ProtectionScheme;

/**
 * Back-propagation by workers under a deadline (section VII of Tegin et al.): factors lose what is below a threshold of their layer
 * (23), and both products of a layer are coded by one scheme. With error feedback (the paper's future work 1) what came
 * of a weight gradient too late is added to that of the next step. Not safe for use by several threads.
 */
final class CodedProducts implements DenseNetwork.Products {
    private final Setting setting;
    private final List<DeadlineProduct> weightProducts;
    private final DeadlineProduct backProduct;
    private final @Nullable Matrix[] late;
    private long next;
    final Measured answers = new Measured();
    final Measured load = new Measured();

    /**
     * How products are computed.
     *
     * @param scheme that protects them
     * @param lastWeight that protects the weight gradient of the last layer
     * @param back that protects the gradients passed back, (21)
     * @param lambda rate of a worker's time before scaling
     * @param deadline T_max
     * @param charged whether a worker's time grows with its load
     * @param even whether dimensions that do not divide are cut evenly, see {@link DeadlineProduct}
     * @param feedback whether late answers count in the next step
     * @param gradientThresholds of every layer, the last one for all further layers
     * @param otherThresholds the same for weights and inputs
     */
    record Setting(
            ProtectionScheme scheme,
            ProtectionScheme lastWeight,
            ProtectionScheme back,
            double lambda,
            double deadline,
            boolean charged,
            boolean even,
            boolean feedback,
            List<Double> gradientThresholds,
            List<Double> otherThresholds) {
        /** Everything is computed in one place. */
        static Setting none(List<Double> gradientThresholds, List<Double> otherThresholds) {
            ProtectionScheme none = ProtectionScheme.none();
            return new Setting(none, none, none, 1, 0, false, false, false, gradientThresholds, otherThresholds);
        }
    }

    CodedProducts(Setting setting, int layers, long seed) {
        this.setting = setting;
        RandomStream stream = new RandomStream(seed);
        DeadlineProduct usual = product(setting, setting.scheme, stream);
        DeadlineProduct[] all = new DeadlineProduct[layers];
        Arrays.fill(all, usual);
        all[layers - 1] = product(setting, setting.lastWeight, stream);
        this.weightProducts = List.of(all);
        this.backProduct = product(setting, setting.back, stream);
        this.late = new Matrix[layers];
    }

    private static DeadlineProduct product(Setting setting, ProtectionScheme scheme, RandomStream stream) {
        return new DeadlineProduct(
                scheme,
                ShiftedExponential.scaled(setting.lambda, scheme.omega(), stream.bits(0)),
                setting.deadline,
                setting.charged,
                setting.even,
                stream.bits(1));
    }

    @Override
    public Matrix weightGradient(int layer, Matrix inputs, Matrix gradient) {
        Matrix left = DenseNetwork.transposed(sparse(inputs, threshold(setting.otherThresholds, layer)));
        Matrix right = sparse(gradient, threshold(setting.gradientThresholds, layer));
        DeadlineProduct product = weightProducts.get(layer);
        long number = next;
        Matrix found = multiply(product, left, right);
        if (!setting.feedback) {
            return found;
        }
        Matrix before = late[layer];
        late[layer] = product.late(number, left, right, found);
        if (before != null) {
            for (int i = 0; i < found.values().length; i++) {
                found.values()[i] += before.values()[i];
            }
        }
        return found;
    }

    @Override
    public Matrix passedBack(int layer, Matrix gradient, Matrix weight) {
        return multiply(
                backProduct,
                sparse(gradient, threshold(setting.gradientThresholds, layer)),
                DenseNetwork.transposed(sparse(weight, threshold(setting.otherThresholds, layer))));
    }

    private Matrix multiply(DeadlineProduct product, Matrix left, Matrix right) {
        DeadlineProduct.Outcome outcome = product.multiply(next++, left, right);
        answers.add(outcome.answers());
        load.add(outcome.load());
        return outcome.product();
    }

    static double threshold(List<Double> thresholds, int layer) {
        return thresholds.get(Math.min(layer, thresholds.size() - 1));
    }

    /** (23): zero where the size is at most the threshold. */
    static Matrix sparse(Matrix matrix, double threshold) {
        return new Matrix(
                matrix.rows(),
                matrix.columns(),
                Arrays.stream(matrix.values())
                        .map(value -> Math.abs(value) > threshold ? value : 0)
                        .toArray());
    }
}
