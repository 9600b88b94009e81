package starling.agent.learn;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import starling.models.data.DataSpec;

/**
 * How a device takes part in trials.
 *
 * @param fleet name of the fleet, part of every topic
 * @param node which node of the trial this is, from 0
 * @param data where the samples are on this device; null for where the trial says
 * @param model a file in place of the one that the trial names; null for that
 * @param state folder for what could not be sent yet; null to keep it in memory
 * @param threads of ONNX Runtime; more than one may change the last bits of what is learned
 * @param version of the program, announced to the others
 */
public record LearnerSettings(
        String fleet,
        int node,
        @Nullable DataSpec data,
        @Nullable String model,
        @Nullable Path state,
        int threads,
        String version) {}
