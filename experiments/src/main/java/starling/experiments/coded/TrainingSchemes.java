package starling.experiments.coded;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.Partition;
import starling.codes.uep.ProtectionScheme;
import starling.codes.uep.UepCode;
import starling.codes.uep.Windows;

/** The schemes of section VII-C of Tegin et al. with the numbers of Tables III, VII and VIII, and their factor-coded forms. */
final class TrainingSchemes {
    static final Partition ROWS_TIMES_COLUMNS = Partition.rowsTimesColumns(3, 3);
    static final Partition COLUMNS_TIMES_ROWS = Partition.columnsTimesRows(9);
    private static final int WORKERS = 15;
    private static final int COPIES = 2;

    private TrainingSchemes() {}

    /** All of them: no stragglers first, then as the paper draws them, then factor-coded. */
    static List<ProtectionScheme> all() {
        List<ProtectionScheme> all = new ArrayList<>();
        all.add(ProtectionScheme.none());
        for (Partition partition : List.of(COLUMNS_TIMES_ROWS, ROWS_TIMES_COLUMNS)) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                all.add(ProtectionScheme.idealised(partition, windows(kind), WORKERS));
            }
            all.add(ProtectionScheme.uncoded(partition));
            all.add(ProtectionScheme.repetition(partition, COPIES));
        }
        for (UepCode.Pairing pairing : List.of(UepCode.Pairing.MATDOT, UepCode.Pairing.UNCODED)) {
            all.add(ProtectionScheme.factorCoded(
                    COLUMNS_TIMES_ROWS, windows(Windows.Kind.NON_OVERLAPPING), WORKERS, pairing));
        }
        all.add(ProtectionScheme.factorCoded(
                ROWS_TIMES_COLUMNS, windows(Windows.Kind.NON_OVERLAPPING), WORKERS, UepCode.Pairing.RANDOM));
        return List.copyOf(all);
    }

    private static Windows windows(Windows.Kind kind) {
        return new Windows(kind, new int[] {1, 2, 6}, new double[] {0.40, 0.35, 0.25});
    }
}
