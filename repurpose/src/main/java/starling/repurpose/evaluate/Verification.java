package starling.repurpose.evaluate;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.plan.Plan;
import starling.models.run.Network;

/**
 * A bundle's check: every file has its hash, the plan's figures add up, and the workers' sub-models together compute what {@code reference.onnx} does.
 *
 * @param files files compared with their hash
 * @param samples random inputs run
 * @param maxRelDiff largest max|a-b| / max(1, max|y|) between fleet and reference
 */
public record Verification(int files, int samples, double maxRelDiff) {
    /** Outputs are equal up to this. */
    public static final double TOLERANCE = 1e-5;

    private static final int SAMPLES = 16;
    /** Inputs of so many numbers that this is exceeded are tried with fewer samples. */
    private static final int MOST_NUMBERS = 1 << 26;

    /**
     * Checks a bundle.
     *
     * @throws UnfitException when a file is missing or changed, a figure of the plan is not what the rest of it says, its inputs
     *     are not those of the reference, or the outputs differ
     */
    public static Verification of(Bundle bundle, long seed) {
        Plan plan = bundle.plan();
        plan.files().keySet().forEach(bundle::read);
        try (Network reference = reference(bundle)) {
            requireSameInputs(plan, reference);
            PlanFigures.require(plan);
            return compare(bundle, reference, seed);
        }
    }

    /** The plan's word alone must not decide how much memory is taken. */
    private static void requireSameInputs(Plan plan, Network reference) {
        List<String> planned = new ArrayList<>();
        for (Plan.Input input : plan.inputs()) {
            planned.add("'" + input.name() + "' " + Arrays.toString(input.shape()));
        }
        List<String> found = new ArrayList<>();
        for (Network.Input input : reference.inputs()) {
            int[] shape = input.shape();
            found.add("'" + input.name() + "' "
                    + Arrays.toString(
                            plan.batched()
                                    ? Arrays.copyOfRange(shape, Math.min(1, shape.length), shape.length)
                                    : shape));
        }
        if (!planned.equals(found)) {
            throw new UnfitException("the inputs of plan.json must be those of " + Bundle.REFERENCE + ": they are "
                    + planned + " and " + found);
        }
    }

    private static Verification compare(Bundle bundle, Network reference, long seed) {
        Plan plan = bundle.plan();
        int elements = plan.inputElements();
        int count = Math.max(1, Math.min(SAMPLES, MOST_NUMBERS / elements));
        float[] samples = new float[count * elements];
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        for (int i = 0; i < samples.length; i++) {
            samples[i] = random.nextFloat();
        }
        double worst = 0;
        try (LocalFleet fleet = new LocalFleet(bundle, 1)) {
            Map<String, float[]> expected = reference.run(samples, count);
            Map<String, float[]> actual = fleet.run(samples, count);
            for (Plan.Output output : plan.outputs()) {
                float[] a = expected.get(output.name());
                float[] b = actual.get(output.name());
                if (a == null || b == null || a.length != b.length) {
                    throw new UnfitException("reference.onnx and the sub-models must make the same numbers of '"
                            + output.name() + "': of " + SAMPLES + " samples they make " + (a == null ? 0 : a.length)
                            + " and " + (b == null ? 0 : b.length));
                }
                worst = Math.max(worst, relativeDifference(a, b));
            }
        }
        if (!(worst <= TOLERANCE)) {
            throw new UnfitException("the sub-models must compute what reference.onnx does to " + TOLERANCE
                    + ": they differ by " + worst);
        }
        return new Verification(plan.files().size() + 1, count, worst);
    }

    private static Network reference(Bundle bundle) {
        try {
            return new Network(Bundle.REFERENCE, ModelProto.parseFrom(bundle.read(Bundle.REFERENCE)), 1);
        } catch (InvalidProtocolBufferException e) {
            throw new UnfitException("'" + Bundle.REFERENCE + "' is not an ONNX file: " + e.getMessage(), e);
        }
    }

    /** max|a-b| / max(1, max|a|). */
    public static double relativeDifference(float[] a, float[] b) {
        double scale = 1;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            scale = Math.max(scale, Math.abs(a[i]));
            double d = Math.abs((double) a[i] - b[i]);
            difference = d > difference || Double.isNaN(d) ? d : difference;
        }
        return difference / scale;
    }
}
