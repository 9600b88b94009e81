package starling.agent.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.models.plan.Absence;
import starling.models.plan.Bundle;
import starling.models.plan.FinalRunner;
import starling.models.plan.LocalFleet;
import starling.models.plan.Plan;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** What is simulated of a fleet with workers away is what agents do, to the bit. */
class AbsenceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aFleetDoesWhatIsSimulated(Kind kind) {
        Bundle bundle = TinyBundles.write(folder.resolve("b"), 4, kind, 8);
        int elements = bundle.plan().inputElements();
        float[] samples = TinyBundles.samples(bundle.plan(), 3, 4);
        for (Policy policy : new Policy[] {Policy.ZERO, Policy.LAST, Policy.FAIL}) {
            for (Set<Integer> away : Set.of(Set.of(1), Set.of(3), Set.of(0, 2), Set.of(0, 1, 2), Set.of(0, 1, 2, 3))) {
                Absence absence = new Absence(away, Absence.Policy.valueOf(policy.name()));
                try (VirtualFleet agents = new VirtualFleet(bundle, policy, 10, 4);
                        FinalRunner finish = new FinalRunner(bundle, 1);
                        LocalFleet fleet = new LocalFleet(bundle, 1)) {
                    agents.ask(1, Arrays.copyOf(samples, elements));
                    agents.run();
                    fleet.run(samples, 1);
                    agents.away.addAll(away);
                    agents.network = header -> away.contains(header.source()) || away.contains(header.receiver())
                            ? List.of()
                            : List.of(VirtualFleet.MS / 10);
                    for (int i = 1; i < 3; i++) {
                        float[] sample = Arrays.copyOfRange(samples, i * elements, (i + 1) * elements);
                        agents.ask(1 + i, sample);
                        agents.run();
                        Map<String, float[]> simulated = fleet.run(sample, 1, absence);
                        String where = kind + " " + policy + " without " + away;
                        float[] expected = requested(agents, finish, 1 + i, policy, away);
                        assertEquals(expected.length == 0, simulated.isEmpty(), where);
                        if (expected.length > 0) {
                            assertArrayEquals(expected, simulated.get("logits"), where);
                        }
                    }
                }
            }
        }
    }

    /** What a requester with the agents' policy makes of their answers; empty if it has none. */
    private static float[] requested(
            VirtualFleet agents, FinalRunner finish, long inference, Policy policy, Set<Integer> away) {
        Map<Integer, float[]> parts = new HashMap<>();
        int delivered = 0;
        for (int k : finish.deliverers()) {
            Plan.Part part = agents.plan.parts().get(k);
            VirtualFleet.Answer answer = away.contains(k) ? null : agents.answer(inference, k);
            boolean there = answer != null && !answer.header().failed();
            delivered += there ? 1 : 0;
            VirtualFleet.Answer earlier = agents.answer(1, k);
            if (!there && policy == Policy.FAIL) {
                return new float[0];
            }
            parts.put(
                    k,
                    there && answer != null
                            ? answer.values()
                            : policy == Policy.LAST && earlier != null
                                    ? earlier.values()
                                    : new float[part.outputValues()]);
        }
        return delivered == 0 ? new float[0] : finish.run(parts, 1).getOrDefault("logits", new float[0]);
    }
}
