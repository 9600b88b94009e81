package starling.repurpose.command;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import starling.repurpose.partition.Request;

/** The kinds of plan, with those of the options {@link #OPTIONS} that each takes; the others are refused, never ignored. */
enum PlanKind {
    VALUES("--objective values", "numbers are dropped whole, by --max-values, --max-drop or --eta2"),
    EDGES("--objective edges", "weights are dropped by --eta1 and --eta2 or --epsilon, and none is re-fitted"),
    NAIVE("--baseline naive", "every worker computes everything"),
    ORIGINAL_ORDER("--baseline original-order", "parts are contiguous and nothing is dropped"),
    SPARSE("--baseline sparse", "parts are contiguous and no weight is re-fitted"),
    LATE_FUSION("--baseline late-fusion", "everything is dropped but the sums of the last layers");

    /** Options that not every kind of plan takes. */
    static final List<String> OPTIONS = List.of(
            "--solver",
            "--eta1",
            "--eta2",
            "--epsilon",
            "--sweeps",
            "--max-values",
            "--max-drop",
            "--calibrate",
            "--frontier");

    private final String words;
    private final String reason;

    PlanKind(String words, String reason) {
        this.words = words;
        this.reason = reason;
    }

    private Set<String> taken() {
        return switch (this) {
            case VALUES -> Set.of("--solver", "--eta2", "--max-values", "--max-drop", "--calibrate", "--frontier");
            case EDGES -> Set.of("--solver", "--eta1", "--eta2", "--epsilon", "--sweeps", "--frontier");
            case NAIVE -> Set.of();
            case ORIGINAL_ORDER -> Set.of("--frontier");
            case SPARSE -> Set.of("--eta1", "--eta2", "--max-values", "--frontier");
            case LATE_FUSION -> Set.of("--solver", "--calibrate", "--frontier");
        };
    }

    /** The kind an objective and a baseline ask for; a baseline comes first. */
    static PlanKind of(Request.Objective objective, Request.@Nullable Baseline baseline) {
        if (baseline == null) {
            return objective == Request.Objective.EDGES ? EDGES : VALUES;
        }
        return switch (baseline) {
            case NAIVE -> NAIVE;
            case ORIGINAL_ORDER -> ORIGINAL_ORDER;
            case SPARSE -> SPARSE;
            case LATE_FUSION -> LATE_FUSION;
        };
    }

    /** Why options cannot be given together for this kind, as a sentence; null if they can. */
    @Nullable
    String objection(Set<String> given) {
        for (String option : OPTIONS) {
            if (given.contains(option) && !taken().contains(option)) {
                return option + " does not go with " + words + ": " + reason;
            }
            if (this == SPARSE
                    && option.startsWith("--eta")
                    && given.contains(option)
                    && given.contains("--max-values")) {
                return option + " does not go with " + words + " --max-values: the budget alone says what is dropped";
            }
        }
        if (given.contains("--epsilon") && given.contains("--eta2")) {
            return "--eta2 does not go with --epsilon: the error of the weights alone says how much is dropped";
        }
        if (given.contains("--max-drop")) {
            for (String option : List.of("--max-values", "--eta2")) {
                if (given.contains(option)) {
                    return option + " does not go with --max-drop: the accuracy alone says how much is dropped";
                }
            }
            if (!given.contains("--calibrate")) {
                return "--max-drop needs --calibrate: some of those samples are held back to judge plans on";
            }
        }
        return null;
    }
}
