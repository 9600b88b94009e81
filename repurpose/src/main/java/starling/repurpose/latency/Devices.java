package starling.repurpose.latency;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import starling.models.plan.Plan;
import starling.models.profile.DeviceProfile;
import starling.repurpose.assign.Capacities;
import starling.repurpose.exchange.Frame;
import starling.repurpose.exchange.Schedule;
import starling.repurpose.extract.StageWork;
import starling.repurpose.extract.Weighing;
import starling.repurpose.space.Operation;
import starling.repurpose.space.SplitGraph;
import starling.repurpose.space.SplitNetwork;

/**
 * The devices of a fleet, one per worker, and what follows from their speeds.
 *
 * <p>A device's speed on a network is that of its measured convolutions and matrix products in the proportion in which the network
 * has them; the time of other operators is not counted. Predicted latency is
 *
 * <pre>  sum over stages of max over workers of multiply-adds / speed
 *  + sum over exchanges of (max round trip + max over workers of bytes sent and received / throughput)</pre>
 *
 * <p>without the way of inputs to workers and of answers to the requester. Where a throughput was not measured, bytes take no time.
 *
 * @param profiles worker k's at place k
 */
public record Devices(List<DeviceProfile> profiles) {
    public Devices {
        profiles = List.copyOf(profiles);
    }

    /**
     * Reads profiles as the option {@code --profile} names them: one file for each worker in order, or one for all.
     *
     * @throws IllegalArgumentException when the number of files is neither 1 nor the number of workers, or a name is empty
     * @throws starling.models.UnfitException when a file is unfit
     */
    public static Devices read(String files, int workers) {
        String[] names = files.split(",", -1);
        if (names.length != 1 && names.length != workers) {
            throw new IllegalArgumentException("there must be one profile for all workers or one for each of the "
                    + workers + ": there are " + names.length);
        }
        List<DeviceProfile> all = new ArrayList<>();
        for (String name : names) {
            if (name.isBlank()) {
                throw new IllegalArgumentException(
                        "profiles must be file names with commas between them: they are '" + files + "'");
            }
            all.add(DeviceProfile.read(Path.of(name)));
        }
        return new Devices(names.length == workers ? all : Collections.nCopies(workers, all.get(0)));
    }

    /** Shares by speed. */
    public Capacities capacities(SplitGraph graph) {
        return Capacities.of(profiles.size(), speeds(graph));
    }

    /** Multiply-adds per second of every device on a network. */
    private double[] speeds(SplitGraph graph) {
        double convolutions = 0;
        double all = 0;
        for (Operation operation : graph.operations()) {
            double multiplyAdds = Weighing.of(graph, operation).multiplyAdds();
            all += multiplyAdds;
            boolean convolution = operation instanceof Operation.Carry
                    || (operation instanceof Operation.Linear linear
                            && linear.map().node().operator().equals("Conv"));
            convolutions += convolution ? multiplyAdds : 0;
        }
        double share = all == 0 ? 0 : convolutions / all;
        return profiles.stream()
                .mapToDouble(profile -> profile.multiplyAddsPerSecond(share))
                .toArray();
    }

    /** Predicts how long an inference takes. */
    public Latency predict(SplitNetwork network, Schedule schedule) {
        double[] speeds = speeds(network.graph());
        double compute = 0;
        for (long[] stage : StageWork.of(network, schedule).perStage()) {
            double longest = 0;
            for (int k = 0; k < stage.length; k++) {
                longest = Math.max(longest, stage[k] / speeds[k]);
            }
            compute += longest;
        }
        return new Latency(compute, exchanges(schedule), schedule.rounds(), alone(network.graph(), speeds));
    }

    private @Nullable Double alone(SplitGraph graph, double[] speeds) {
        Weighing whole = Weighing.of(graph);
        Double fastest = null;
        for (int k = 0; k < speeds.length; k++) {
            double seconds = whole.multiplyAdds() / speeds[k];
            boolean holds = profiles.get(k).memoryBytes() / Float.BYTES >= whole.parameters();
            fastest = holds && (fastest == null || seconds < fastest) ? Double.valueOf(seconds) : fastest;
        }
        return fastest;
    }

    private @Nullable Double exchanges(Schedule schedule) {
        double seconds = 0;
        for (int step = 1; step <= schedule.rounds(); step++) {
            double slowest = 0;
            double[] bytes = new double[profiles.size()];
            for (Frame frame : schedule.frames()) {
                if (frame.step() != step) {
                    continue;
                }
                for (int end : new int[] {frame.from(), frame.to()}) {
                    Double roundTrip = profiles.get(end).roundTripSeconds();
                    if (roundTrip == null) {
                        return null;
                    }
                    slowest = Math.max(slowest, roundTrip);
                    bytes[end] += Plan.FRAME_HEADER_BYTES + (double) schedule.values(frame) * Float.BYTES;
                }
            }
            double longest = 0;
            for (int k = 0; k < bytes.length; k++) {
                Double throughput = profiles.get(k).bytesPerSecond();
                longest = Math.max(longest, throughput == null ? 0 : bytes[k] / throughput);
            }
            seconds += slowest + longest;
        }
        return seconds;
    }
}
