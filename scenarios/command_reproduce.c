/* `fqbench reproduce`: the claims of a paper beside our values, from one or several results directories. */
#include <math.h>
#include <string.h>

#include "harness/cells.h"
#include "harness/claims.h"
#include "scenarios/claims_table.h"
#include "scenarios/command.h"

enum { DIRS_MOST = 64 };

enum { C_VERDICT, C_PAPER, C_QUANTITY, C_CONDITIONS, C_VALUE, C_OURS, C_UNIT, C_WHY };
static const fq_cell_column columns[] = {{"verdict", 0}, {"claim", 0}, {"quantity", 0}, {"conditions", 0},
                                         {"paper", 1},   {"ours", 1},  {"unit", 0},     {"why", 0}};

fq_cells fq_claims_table(fq_arena *arena, const fq_outcome *o, int n) {
    fq_cells t = fq_cells_make(arena, columns, (int)(sizeof columns / sizeof columns[0]));
    for (int i = 0; i < n; i++) {
        const char *relation = fq_or_empty(o[i].relation);
        fq_cells_row(&t);
        fq_cells_set(&t, C_VERDICT, "%s", o[i].verdict);
        fq_cells_set(&t, C_PAPER, "%s, %s", fq_or_empty(o[i].paper), fq_or_empty(o[i].table));
        fq_cells_set(&t, C_QUANTITY, "%s", fq_or_empty(o[i].quantity));
        fq_cells_set(&t, C_CONDITIONS, "%s", fq_or_empty(o[i].conditions));
        fq_cells_set(&t, C_VALUE, "%s%s%.6g", relation[0] == '=' ? "" : relation, relation[0] == '=' ? "" : " ",
                     o[i].value);
        if (!isnan(o[i].ours) && isnan(o[i].ours_lo)) fq_cells_set(&t, C_OURS, "%.4g", o[i].ours);
        if (!isnan(o[i].ours_lo)) fq_cells_set(&t, C_OURS, "%.4g [%.4g, %.4g]", o[i].ours, o[i].ours_lo, o[i].ours_hi);
        fq_cells_set(&t, C_UNIT, "%s", fq_or_empty(o[i].unit));
        fq_cells_set(&t, C_WHY, "%s", fq_or_empty(o[i].why));
    }
    return t;
}

static int count(const fq_outcome *o, int n, const char *verdict) {
    int found = 0;
    for (int i = 0; i < n; i++)
        found += strcmp(o[i].verdict, verdict) == 0;
    return found;
}

static fq_status read_dirs(const fq_options *o, fq_arena *arena, fq_folder *runs, int *n) {
    *n = 0;
    for (int i = 1; i < o->n_positional; i++) {
        fq_folder *some;
        int n_some;
        FQ_TRY(fq_folder_read_runs(o->positional[i], arena, &some, &n_some));
        for (int k = 0; k < n_some; k++) {
            if (*n == DIRS_MOST) return fq_fail(FQ_ERR_USAGE, "reproduce: more than %d runs", DIRS_MOST);
            runs[(*n)++] = some[k];
        }
    }
    return FQ_OK;
}

static fq_status reproduce(const fq_options *o, fq_output how, int strict, fq_arena *arena) {
    fq_folder runs[DIRS_MOST];
    fq_claim *claims;
    fq_outcome *outcomes;
    int n, n_runs;
    FQ_TRY(fq_claims_read(o->positional[0], arena, &claims, &n));
    FQ_TRY(read_dirs(o, arena, runs, &n_runs));
    FQ_TRY(fq_claims_judge(claims, n, runs, n_runs, arena, &outcomes));
    const int not_reproduced = count(outcomes, n, "NOT REPRODUCED");
    if (how != FQ_OUTPUT_MD) {
        FQ_TRY(fq_record_print_columns(stdout, how, fq_outcome_columns(), outcomes, n));
    } else {
        fq_cells t = fq_claims_table(arena, outcomes, n);
        FQ_TRY(fq_cells_markdown(stdout, &t));
        printf("\n%d claims: %d reproduced, %d not reproduced, %d not comparable\n", n,
               count(outcomes, n, "REPRODUCED"), not_reproduced, count(outcomes, n, "NOT COMPARABLE"));
    }
    if (strict && not_reproduced > 0) return fq_fail(FQ_ERR_AMBIGUOUS, "%d claims are not reproduced", not_reproduced);
    return FQ_OK;
}

fq_status fq_command_reproduce(int argc, char **argv) {
    const char *output = "md";
    int strict = 0;
    fq_output how;
    fq_arena arena;
    const fq_option table[] = {
        {"output", 'o', FQ_OPTION_TEXT, &output, "FORMAT", "csv, json or md [md]", 0},
        {"strict", 0, FQ_OPTION_FLAG, &strict, NULL, "exit 4 if a claim is not reproduced", 0},
    };
    fq_options o = {.usage = "reproduce CLAIMS.csv DIR...",
                    .about =
                        "Holds a paper's claims against results directories: REPRODUCED, NOT REPRODUCED, or NOT\n"
                        "COMPARABLE and why. Claims files are in results/claims; harness/claims.def explains them.",
                    .option = table,
                    .n = (int)(sizeof table / sizeof table[0]),
                    .most = FQ_POSITIONAL_MOST};
    FQ_TRY(fq_options_parse(&o, argc, argv));
    if (o.helped) return FQ_OK;
    if (o.n_positional < 2)
        return fq_fail(FQ_ERR_USAGE, "reproduce: a claims file and a results directory are needed (see `fqbench help "
                                     "reproduce`)");
    FQ_TRY(fq_output_parse(output, &how));
    FQ_TRY(fq_arena_init(&arena, 0));
    fq_status status = reproduce(&o, how, strict, &arena);
    fq_arena_free(&arena);
    return status;
}
