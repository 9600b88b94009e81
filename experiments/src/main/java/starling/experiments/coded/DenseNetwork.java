package starling.experiments.coded;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.codes.computation.Matrix;
import starling.models.training.Parameters;

/**
 * Dense layers D_i(X_i) = X_i V_i + b_i with ReLU between them and softmax cross-entropy behind them, in doubles, whose backward pass
 * is taken layer by layer so that each of its products can be computed elsewhere (section VII-A of Tegin et al.). X_i is samples x
 * inputs, V_i inputs x outputs. Not safe for use by several threads.
 */
final class DenseNetwork {
    private final List<Matrix> weights = new ArrayList<>();
    private final List<double[]> biases = new ArrayList<>();

    /** The layers dense1, dense2, .. of a network of the zoo, with the weights of the model. */
    static DenseNetwork of(ModelProto model) {
        Parameters parameters = Parameters.of(
                model,
                model.getGraph().getInitializerList().stream()
                        .map(TensorProto::getName)
                        .filter(name -> name.startsWith("dense"))
                        .toList());
        DenseNetwork network = new DenseNetwork();
        for (int layer = 1; parameters.names().contains("dense" + layer + ".weight"); layer++) {
            String name = "dense" + layer;
            int[] shape = parameters.shape(name + ".weight");
            float[] values = parameters.values(name + ".weight");
            Matrix weight = Matrix.zeros(shape[1], shape[0]);
            for (int output = 0; output < shape[0]; output++) {
                for (int input = 0; input < shape[1]; input++) {
                    weight.values()[input * shape[0] + output] = values[output * shape[1] + input];
                }
            }
            network.weights.add(weight);
            float[] bias = parameters.values(name + ".bias");
            double[] wide = new double[bias.length];
            Arrays.setAll(wide, i -> bias[i]);
            network.biases.add(wide);
        }
        return network;
    }

    private DenseNetwork() {}

    /** The same layers with numbers of their own. */
    DenseNetwork copy() {
        DenseNetwork copy = new DenseNetwork();
        weights.forEach(weight -> copy.weights.add(
                new Matrix(weight.rows(), weight.columns(), weight.values().clone())));
        biases.forEach(bias -> copy.biases.add(bias.clone()));
        return copy;
    }

    /** Who computes the two products of a layer's backward pass. */
    interface Products {
        /**
         * (22): V*_i = X_i^T G_{i+1}.
         *
         * @param layer from 0
         * @param inputs X_i
         * @param gradient G_{i+1}, of the loss with respect to the layer's outputs
         */
        Matrix weightGradient(int layer, Matrix inputs, Matrix gradient);

        /** (21): G_{i+1} V_i^T, of the loss with respect to the layer's inputs. */
        Matrix passedBack(int layer, Matrix gradient, Matrix weight);
    }

    /** Number I of layers. */
    int layers() {
        return weights.size();
    }

    /** V_i, not a copy. */
    Matrix weight(int layer) {
        return weights.get(layer);
    }

    /** X_1 to X_I, and the network's answers O_I behind them. */
    List<Matrix> forward(Matrix samples) {
        List<Matrix> values = new ArrayList<>(List.of(samples));
        for (int layer = 0; layer < layers(); layer++) {
            Matrix outputs = values.get(layer).times(weights.get(layer));
            double[] bias = biases.get(layer);
            double[] numbers = outputs.values();
            boolean last = layer + 1 == layers();
            for (int i = 0; i < numbers.length; i++) {
                double sum = numbers[i] + bias[i % bias.length];
                numbers[i] = last ? sum : Math.max(0, sum);
            }
            values.add(outputs);
        }
        return values;
    }

    /** The mean softmax cross-entropy. */
    static double loss(Matrix answers, int[] labels) {
        double loss = 0;
        for (int sample = 0; sample < answers.rows(); sample++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int answer = 0; answer < answers.columns(); answer++) {
                largest = Math.max(largest, answers.at(sample, answer));
            }
            double sum = 0;
            for (int answer = 0; answer < answers.columns(); answer++) {
                sum += Math.exp(answers.at(sample, answer) - largest);
            }
            loss += (Math.log(sum) + largest - answers.at(sample, labels[sample])) / answers.rows();
        }
        return loss;
    }

    /** The derivative of the mean softmax cross-entropy with respect to the answers. */
    static Matrix lossGradient(Matrix answers, int[] labels) {
        Matrix gradient = Matrix.zeros(answers.rows(), answers.columns());
        for (int sample = 0; sample < answers.rows(); sample++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int answer = 0; answer < answers.columns(); answer++) {
                largest = Math.max(largest, answers.at(sample, answer));
            }
            double sum = 0;
            for (int answer = 0; answer < answers.columns(); answer++) {
                sum += Math.exp(answers.at(sample, answer) - largest);
            }
            for (int answer = 0; answer < answers.columns(); answer++) {
                double share = Math.exp(answers.at(sample, answer) - largest) / sum;
                gradient.values()[sample * answers.columns() + answer] =
                        (share - (labels[sample] == answer ? 1 : 0)) / answers.rows();
            }
        }
        return gradient;
    }

    /**
     * What a backward pass gives.
     *
     * @param weights V*_i
     * @param biases of every layer
     * @param passed G_{i+1} of every layer, the gradient with respect to its outputs before the ReLU
     * @param inputs G_1, with respect to the network's inputs, where it was asked for
     */
    record Backward(
            List<Matrix> weights,
            List<double[]> biases,
            List<Matrix> passed,
            @Nullable Matrix inputs) {}

    /**
     * The backward pass from the last layer to the first. Biases' gradients are sums of rows, made here.
     *
     * @param values of {@link #forward}
     * @param gradient of the loss with respect to the answers
     * @param whole whether it goes on to the inputs
     */
    Backward backward(List<Matrix> values, Matrix gradient, Products products, boolean whole) {
        Matrix[] found = new Matrix[layers()];
        double[][] sums = new double[layers()][];
        Matrix[] passed = new Matrix[layers()];
        Matrix now = gradient;
        for (int layer = layers() - 1; layer >= 0; layer--) {
            passed[layer] = now;
            found[layer] = products.weightGradient(layer, values.get(layer), now);
            sums[layer] = columnSums(now);
            if (layer > 0 || whole) {
                now = products.passedBack(layer, now, weights.get(layer));
            }
            if (layer > 0) {
                gate(now, values.get(layer));
            }
        }
        return new Backward(List.of(found), List.of(sums), List.of(passed), whole ? now : null);
    }

    /** Zero where the ReLU gave zero. */
    private static void gate(Matrix gradient, Matrix activations) {
        for (int i = 0; i < gradient.values().length; i++) {
            if (activations.values()[i] <= 0) {
                gradient.values()[i] = 0;
            }
        }
    }

    private static double[] columnSums(Matrix matrix) {
        double[] sums = new double[matrix.columns()];
        for (int i = 0; i < matrix.values().length; i++) {
            sums[i % sums.length] += matrix.values()[i];
        }
        return sums;
    }

    /** A step of plain gradient descent. */
    void move(Backward gradients, double rate) {
        for (int layer = 0; layer < layers(); layer++) {
            move(weights.get(layer).values(), gradients.weights().get(layer).values(), rate);
            move(biases.get(layer), gradients.biases().get(layer), rate);
        }
    }

    private static void move(double[] values, double[] gradient, double rate) {
        for (int i = 0; i < values.length; i++) {
            values[i] -= rate * gradient[i];
        }
    }

    /** How many samples have their class as largest answer. */
    static int right(Matrix answers, int[] labels) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            int best = 0;
            for (int answer = 1; answer < answers.columns(); answer++) {
                best = answers.at(i, answer) > answers.at(i, best) ? answer : best;
            }
            right += best == labels[i] ? 1 : 0;
        }
        return right;
    }

    static Matrix transposed(Matrix matrix) {
        Matrix turned = Matrix.zeros(matrix.columns(), matrix.rows());
        for (int i = 0; i < matrix.rows(); i++) {
            for (int j = 0; j < matrix.columns(); j++) {
                turned.values()[j * matrix.rows() + i] = matrix.at(i, j);
            }
        }
        return turned;
    }
}
