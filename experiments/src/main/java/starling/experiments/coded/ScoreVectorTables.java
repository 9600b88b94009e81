package starling.experiments.coded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import starling.codes.computation.ComputationCode;
import starling.codes.partial.PartialGradientCodes;
import starling.codes.partial.ScoreVectors;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * Tables 1 and 2 of Ozfatura et al.: score vectors of K = 4 workers with two tasks from which the gradient, or three blocks of
 * four, can be decoded. Every one of the 81 vectors is decoded by linear algebra from section 2's matrices.
 */
public final class ScoreVectorTables implements Experiment {
    private static final List<List<Integer>> TYPES1 = List.of(
            List.of(4, 0, 0),
            List.of(3, 1, 0),
            List.of(3, 0, 1),
            List.of(2, 2, 0),
            List.of(2, 1, 1),
            List.of(2, 0, 2),
            List.of(1, 3, 0),
            List.of(1, 2, 1),
            List.of(0, 4, 0));
    private static final List<List<Integer>> TYPES2 = List.of(
            List.of(4, 0, 0),
            List.of(3, 1, 0),
            List.of(3, 0, 1),
            List.of(2, 2, 0),
            List.of(2, 1, 1),
            List.of(2, 0, 2),
            List.of(1, 3, 0),
            List.of(1, 2, 1),
            List.of(1, 1, 2),
            List.of(0, 4, 0),
            List.of(0, 3, 1));
    private static final int[][] PAPER1 = {
        {1, 1, 1}, {4, 4, 4}, {4, 4, 4}, {6, 6, 6}, {12, 8, 12}, {6, 2, 6}, {0, 4, 4}, {0, 4, 8}, {0, 1, 1}
    };
    private static final int[][] PAPER2 = {
        {1, 1, 1},
        {4, 4, 4},
        {4, 4, 4},
        {6, 6, 6},
        {12, 12, 12},
        {6, 6, 6},
        {0, 4, 4},
        {0, 12, 12},
        {0, 8, 8},
        {0, 1, 1},
        {0, 4, 4}
    };
    private static final List<String> SCHEMES = List.of("mcc", "uc-mmc", "cpgc");

    @Override
    public String name() {
        return "cpgc-tables";
    }

    @Override
    public String description() {
        return "Ozfatura et al., Tables 1 and 2: score vectors that give all blocks of a gradient, or three of four.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of();
    }

    @Override
    public Findings run(Context context) {
        List<Claim> claims = new ArrayList<>();
        List<int[]> table1 = table(context, 1, 4, TYPES1, PAPER1, claims);
        List<int[]> table2 = table(context, 2, 3, TYPES2, PAPER2, claims);
        Series tables = Series.ofObject("table1", "table2", "types1", "types2");
        tables.entry(table1, table2, TYPES1, TYPES2);
        return new Findings(claims, Map.of("cpgc-tables", tables), List.of());
    }

    private static List<int[]> table(
            Context context, int number, int needed, List<List<Integer>> types, int[][] paper, List<Claim> claims) {
        List<ComputationCode> codes = List.of(
                PartialGradientCodes.mcc(4, 2),
                PartialGradientCodes.uncoded(4, 2).code(),
                PartialGradientCodes.example().code());
        List<int[]> rows = new ArrayList<>();
        types.forEach(type -> rows.add(new int[SCHEMES.size()]));
        for (int scheme = 0; scheme < SCHEMES.size(); scheme++) {
            ScoreVectors vectors = ScoreVectors.of(codes.get(scheme), needed);
            for (int type = 0; type < types.size(); type++) {
                int count = vectors.count(types.get(type));
                rows.get(type)[scheme] = count;
                claims.add(Claim.near(
                        String.format(Locale.ROOT, "table-%d-type-%d-%s", number, type + 1, SCHEMES.get(scheme)),
                        paper[type][scheme],
                        count,
                        0,
                        true));
            }
            Set<List<Integer>> others = new HashSet<>(vectors.types());
            types.forEach(others::remove);
            claims.add(Claim.near(
                    String.format(Locale.ROOT, "table-%d-other-types-%s", number, SCHEMES.get(scheme)),
                    0,
                    others.stream().mapToInt(vectors::count).sum(),
                    0,
                    true));
        }
        for (int type = 0; type < types.size(); type++) {
            context.say("table " + number + ", N2, N1, N0 = " + types.get(type) + ": " + rows.get(type)[0] + ", "
                    + rows.get(type)[1] + ", " + rows.get(type)[2]);
        }
        return rows;
    }
}
