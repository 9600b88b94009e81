/** Going on learning after a network was split: what no worker is to know of another stays at zero. */
@NullMarked
package starling.repurpose.finetune;

import org.jspecify.annotations.NullMarked;
