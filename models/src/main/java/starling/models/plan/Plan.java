package starling.models.plan;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import starling.models.graph.Shapes;

/**
 * A split model, {@code plan.json} of a bundle.
 *
 * <p><b>How a plan runs.</b> Each worker k has stages 0 .. {@link #rounds}. Stage 0 reads the worker's part of the input;
 * stage s reads the frames of exchange s, one from each worker that sends to k. Every stage makes the frames that
 * exchange s + 1 needs, and all else that can be computed without them. One stage delivers the worker's part of the
 * answer; whoever asked feeds all parts to the final model. A frame, an input part and an answer
 * part are float32 tensors [batch, values].
 *
 * @param schema version of this layout, {@value #SCHEMA}
 * @param producer program and version that wrote it
 * @param modelName file name of the original model
 * @param modelSha256 hash of the original model's file
 * @param workers number of workers P, numbered 0 .. P-1; 1 to {@value #MAX_WORKERS}
 * @param objective {@code values} or {@code edges}
 * @param baseline {@code naive}, {@code original-order}, {@code sparse}, {@code late-fusion}, or null for a plan of our own
 * @param batched whether sub-models take any batch; otherwise one sample at a time
 * @param rounds exchanges with at least one non-empty frame
 * @param inputs the model's inputs in order
 * @param outputs the model's outputs in order
 * @param spaces unit spaces with the owner of every unit
 * @param layers layers that end one space and open another
 * @param exchanges what crosses the network, one entry per round
 * @param parts each worker's part
 * @param finish the final model
 * @param account what the plan costs
 * @param redundancy reserved: how a coded step is decoded; null when no step is coded
 * @param forbidden reserved: pairs of workers that cannot talk
 * @param warnings sentences for the user
 * @param files SHA-256 of every other file of the bundle by relative path
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Plan(
        int schema,
        String producer,
        String modelName,
        String modelSha256,
        int workers,
        String objective,
        @Nullable String baseline,
        boolean batched,
        int rounds,
        List<Input> inputs,
        List<Output> outputs,
        List<Space> spaces,
        List<Layer> layers,
        List<Exchange> exchanges,
        List<Part> parts,
        Finish finish,
        Account account,
        @Nullable String redundancy,
        List<List<Integer>> forbidden,
        List<String> warnings,
        Map<String, String> files) {

    /** The layout this version writes. */
    public static final int SCHEMA = 1;
    /** Most workers: a plan may have a link for every pair, so that time and memory grow with the square. */
    public static final int MAX_WORKERS = 1024;
    /** Octets of a frame's header on the wire, which bytes are counted with. */
    public static final int FRAME_HEADER_BYTES = 64;

    /** Numbers of one sample over all inputs. */
    @JsonIgnore
    public int inputElements() {
        return Math.toIntExact(inputs.stream()
                .mapToLong(input -> Shapes.elements(input.shape()))
                .sum());
    }

    /** Numbers from {@code from} (inclusive) to {@code to} (exclusive). */
    public record Range(int from, int to) {
        public int size() {
            return to - from;
        }
    }

    /**
     * A model input.
     *
     * @param name its name in the model
     * @param shape dimensions of one sample, without the batch
     * @param placement {@code split}, {@code replicated} or {@code owners}
     */
    public record Input(String name, int[] shape, String placement) {}

    /**
     * A model output.
     *
     * @param name its name in the model
     * @param shape dimensions of one sample, without the batch
     */
    public record Output(String name, int[] shape) {}

    /**
     * A unit space.
     *
     * @param name the value that opens it
     * @param kind {@code feature}, {@code neuron}, {@code channel} or {@code whole}
     * @param owners worker of every unit
     */
    public record Space(String name, String kind, int[] owners) {}

    /**
     * A layer that ends one space and opens another, or an operator run whole on one worker.
     *
     * @param name the node's name
     * @param operator its ONNX operator
     * @param space index of the space it opens, -1 when it has none
     * @param step the exchange it needs, 0 when it needs none
     * @param whole the worker that runs it whole, or null
     * @param reason why it is run whole, or null
     * @param units units it opens
     * @param weights scalar weights
     * @param crossEdges non-zero weights between workers under the assignment, before pruning
     * @param keptEdges those that are left
     * @param values numbers sent to compute it, over all links
     */
    public record Layer(
            String name,
            String operator,
            int space,
            int step,
            @Nullable Integer whole,
            @Nullable String reason,
            int units,
            long weights,
            long crossEdges,
            long keptEdges,
            long values) {}

    /**
     * One round.
     *
     * @param step its number, from 1
     * @param links its frames
     */
    public record Exchange(int step, List<Link> links) {}

    /**
     * One frame per inference.
     *
     * @param from sender
     * @param to receiver
     * @param values numbers in the payload
     * @param bytes header and payload as float32
     * @param pieces what the payload is made of, in order
     */
    public record Link(int from, int to, int values, int bytes, List<Piece> pieces) {}

    /**
     * Consecutive numbers of a frame.
     *
     * @param kind {@code activation}, or {@code partialSum} of the layer's linear part
     * @param value name of the value whose indices are sent
     * @param axis the dimension the indices count along, with the batch as dimension 0 if batched; -1: flattened elements
     * @param indices which of the sender's indices (activation) or the receiver's (partial sum)
     * @param each numbers per index
     */
    public record Piece(String kind, String value, int axis, int[] indices, int each) {}

    /**
     * One worker's part.
     *
     * @param worker its number
     * @param input which elements of the concatenated flattened inputs it is given, in this order
     * @param outputValues numbers it delivers
     * @param stages its stages, {@code rounds + 1} of them
     * @param multiplyAdds scalar multiplications with weights per inference
     * @param parameters weights and biases it holds
     */
    public record Part(
            int worker, List<Range> input, int outputValues, List<Stage> stages, long multiplyAdds, long parameters) {
        /** Numbers of the input part. */
        @JsonIgnore
        public int inputValues() {
            return Math.toIntExact(input.stream().mapToLong(Range::size).sum());
        }

        /**
         * Cuts this worker's input out of a sample, all the model's inputs one after the other.
         *
         * @param samples holds the sample from {@code offset} on
         * @return the numbers of the input part; a view of {@code samples} where they lie together
         */
        public FloatBuffer cut(float[] samples, int offset) {
            if (input.size() == 1) {
                return FloatBuffer.wrap(
                        samples, offset + input.get(0).from(), input.get(0).size());
            }
            FloatBuffer part = FloatBuffer.allocate(inputValues());
            for (Range range : input) {
                part.put(samples, offset + range.from(), range.size());
            }
            return part.flip();
        }
    }

    /**
     * One stage of one worker.
     *
     * @param file its sub-model, relative to the bundle, or null when there is nothing to compute
     * @param receives workers whose frame of this exchange it needs
     * @param sends workers it makes a frame of the next exchange for; input {@code from_K}, output {@code to_K}
     * @param output whether it makes {@code output}
     */
    public record Stage(@Nullable String file, List<Integer> receives, List<Integer> sends, boolean output) {}

    /**
     * The final model: inputs {@code answer_K} [batch, outputValues of K] for each worker that delivers, outputs those of
     * the original.
     *
     * @param file relative to the bundle
     * @param operators operators it runs beyond putting the parts together
     */
    public record Finish(String file, List<String> operators) {}

    /**
     * What the plan costs, counted as the contract defines.
     *
     * @param crossEdges cross edges under the assignment before pruning
     * @param keptEdges those that are left
     * @param naive values to give every worker the whole input
     * @param baseline values of the unpruned split in original order, activations only
     * @param lateFusion numbers of the values delivered to the requester, each counted once, x (P - 1)
     * @param values values per inference
     * @param inputValues numbers delivered to the owners of inputs
     * @param outputValues numbers delivered to the requester
     * @param bytes octets of all frames
     * @param multiplyAdds of the original
     * @param assignmentSeconds time the assignment took
     * @param roundsSaved exchanges that the same owners need with nothing dropped, less those of the plan
     * @param missing accuracy with workers missing, by how many of them are; null when it was not measured
     */
    public record Account(
            long crossEdges,
            long keptEdges,
            long naive,
            long baseline,
            long lateFusion,
            long values,
            long inputValues,
            long outputValues,
            long bytes,
            long multiplyAdds,
            double assignmentSeconds,
            int roundsSaved,
            @Nullable Map<Integer, Missing> missing) {
        /** The same account with accuracies for {@code k} workers missing, beside those for other numbers of them. */
        public Account with(int k, Missing measured) {
            Map<Integer, Missing> all = new TreeMap<>(missing == null ? Map.of() : missing);
            all.put(k, measured);
            return new Account(
                    crossEdges,
                    keptEdges,
                    naive,
                    baseline,
                    lateFusion,
                    values,
                    inputValues,
                    outputValues,
                    bytes,
                    multiplyAdds,
                    assignmentSeconds,
                    roundsSaved,
                    all);
        }
    }

    /**
     * Accuracy while any k workers are away, by the word of each {@link Absence.Policy}.
     *
     * @param data what it was measured on
     * @param samples how many of them
     * @param subsets how many sets of k workers there are
     * @param spread over the sets tried
     * @param each the sets tried: all of them, or a random choice
     */
    public record Missing(String data, int samples, long subsets, Map<String, Spread> spread, List<Away> each) {}

    /**
     * Accuracies over sets of workers.
     *
     * @param worst of any set
     * @param mean of all sets
     * @param best of any set
     */
    public record Spread(double worst, double mean, double best) {}

    /**
     * One set of workers that are away.
     *
     * @param workers ascending
     * @param accuracy fraction of the samples that are answered and answered right, by policy
     */
    public record Away(List<Integer> workers, Map<String, Double> accuracy) {}

    /** The same plan with another account. */
    public Plan with(Account other) {
        return new Plan(
                schema,
                producer,
                modelName,
                modelSha256,
                workers,
                objective,
                baseline,
                batched,
                rounds,
                inputs,
                outputs,
                spaces,
                layers,
                exchanges,
                parts,
                finish,
                other,
                redundancy,
                forbidden,
                warnings,
                files);
    }
}
