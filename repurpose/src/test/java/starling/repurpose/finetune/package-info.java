/** Tests of the package of the same name. */
@NullMarked
package starling.repurpose.finetune;

import org.jspecify.annotations.NullMarked;
