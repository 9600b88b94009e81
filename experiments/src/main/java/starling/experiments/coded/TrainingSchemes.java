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
    private static final int PRODUCTS = 9;
    private static final int WORKERS = 15;
    private static final int COPIES = 2;

    private TrainingSchemes() {}

    /** All of them: no stragglers first, then as the paper draws them, then factor-coded. */
    static List<ProtectionScheme> all() {
        List<ProtectionScheme> all = new ArrayList<>();
        all.add(ProtectionScheme.none());
        for (Partition partition : List.of(COLUMNS_TIMES_ROWS, ROWS_TIMES_COLUMNS)) {
            for (Windows.Kind kind : Windows.Kind.values()) {
                all.add(ProtectionScheme.idealised(partition, Windows.usual(kind, PRODUCTS), WORKERS));
            }
            all.add(ProtectionScheme.uncoded(partition));
            all.add(ProtectionScheme.repetition(partition, COPIES));
        }
        for (UepCode.Pairing pairing : List.of(UepCode.Pairing.MATDOT, UepCode.Pairing.UNCODED)) {
            all.add(ProtectionScheme.factorCoded(
                    COLUMNS_TIMES_ROWS, Windows.usual(Windows.Kind.NON_OVERLAPPING, PRODUCTS), WORKERS, pairing));
        }
        all.add(ProtectionScheme.factorCoded(
                ROWS_TIMES_COLUMNS,
                Windows.usual(Windows.Kind.NON_OVERLAPPING, PRODUCTS),
                WORKERS,
                UepCode.Pairing.RANDOM));
        return List.copyOf(all);
    }
}
