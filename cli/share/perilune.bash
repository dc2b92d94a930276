# Completion of perilune's command line for bash.
_perilune() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i
    for ((i = 1; i < COMP_CWORD; i++)); do
        # Behind the script come its own arguments.
        case ${COMP_WORDS[i]} in
            -e | -l | --profile) ((i++)) ;;
            -) return ;;
            -*) ;;
            *)
                COMPREPLY=($(compgen -f -- "$cur"))
                return
                ;;
        esac
    done
    case $prev in
        -e | -l) return ;;
    esac
    case $cur in
        -j*) COMPREPLY=($(compgen -W '-jon -joff -jflush -jv -jdump -jp' -- "$cur")) ;;
        -O*) COMPREPLY=($(compgen -W '-O0 -O1 -O2 -O3 -O-fold -O-cse -O-dce -O-fwd -O-dse -O-narrow -O-loop -O-abc -O-sink -O-fuse' -- "$cur")) ;;
        -*) COMPREPLY=($(compgen -W '-e -l -b -bl -j -O -i -v -E -- --52compat --dap --profile --perf-map --simulate-kernel' -- "$cur")) ;;
        *) COMPREPLY=($(compgen -f -X '!*.lua' -- "$cur") $(compgen -d -- "$cur")) ;;
    esac
}
complete -o filenames -F _perilune perilune
